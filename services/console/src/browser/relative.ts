const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** How long ago something was, or how long it is until then: in whole units, the greatest of which there are two. */
export function relative(seconds: number): string {
  const past = Math.round(Math.abs(seconds));
  const [size, unit] = UNITS.find(([least]) => past >= least * (least > 1 ? 2 : 1)) ?? [1, 's'];
  const length = `${Math.floor(past / size)} ${unit}`;
  return seconds < -1 ? `in ${length}` : `${length} ago`;
}
