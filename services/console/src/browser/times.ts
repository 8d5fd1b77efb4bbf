const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** Keeps "12 s ago" true. */
export function tick(): void {
  setInterval(tellAll, 1_000);
  document.addEventListener('lvra-changed', tellAll);
}

function tellAll(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-relative]')) {
    const words = relative((Date.now() - Date.parse(element.dateTime)) / 1_000);
    if (element.textContent !== words) element.textContent = words;
  }
}

/** As the server writes it: layout/time.tsx. */
function relative(seconds: number): string {
  const past = Math.round(Math.abs(seconds));
  const [size, unit] = UNITS.find(([least]) => past >= least * (least > 1 ? 2 : 1)) ?? [1, 's'];
  const length = `${Math.floor(past / size)} ${unit}`;
  return seconds < 0 ? `in ${length}` : `${length} ago`;
}
