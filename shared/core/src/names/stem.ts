/**
 * A stem names one batch of alerts by its UTC second: `YYYYMMDD_HHMMSS`.
 * It is the unit of work, of retry, of status and of logging.
 */

const STEM = /^(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})$/;

/** The stem of an instant; milliseconds are cut. */
export function stemOf(instant: Date): string {
  const iso = instant.toISOString();
  return `${nightOf(instant)}_${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}`;
}

/** The UTC date `YYYYMMDD` of an instant: the name of the day's folders. */
export function nightOf(instant: Date): string {
  const iso = instant.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}`;
}

/**
 * The UTC second that a stem names.
 *
 * @returns undefined if the text is not a stem or names no real second
 */
export function instantOfStem(stem: string): Date | undefined {
  const parts = STEM.exec(stem);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant.getTime()) || stemOf(instant) !== stem ? undefined : instant;
}

export function isStem(text: string): boolean {
  return instantOfStem(text) !== undefined;
}

/** The stem one second later, if a name is taken. */
export function nextStem(stem: string): string {
  const instant = instantOfStem(stem);
  if (!instant) throw new TypeError(`${JSON.stringify(stem)} is not a stem (YYYYMMDD_HHMMSS)`);
  return stemOf(new Date(instant.getTime() + 1000));
}
