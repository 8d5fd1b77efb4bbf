import { instantOfStem, isStem, UsageError } from '@lvra/core';

/** @throws UsageError if it is no night, YYYYMMDD */
export function checkNight(night: string): void {
  if (!instantOfStem(`${night}_000000`)) throw new UsageError(`${JSON.stringify(night)} is no night: write YYYYMMDD`);
}

/** @throws UsageError if the two are not the first and the last of some nights, YYYYMMDD */
export function checkNights(from: string, to: string): void {
  checkNight(from);
  checkNight(to);
  if (from > to) throw new UsageError(`--from ${from} is after --to ${to}`);
}

/**
 * The names from the first stem to the last one. A night stands for its first or its last second; without either it is all
 * names.
 *
 * @throws UsageError if one is neither a stem nor a night, or the first is after the last
 */
export function stemRange(from: string | undefined, to: string | undefined): readonly [string, string] {
  const range = [boundOf(from, '00000000', '000000'), boundOf(to, '99999999', '999999')] as const;
  if (range[0] > range[1]) throw new UsageError(`--from ${from} is after --to ${to}`);
  return range;
}

function boundOf(text: string | undefined, none: string, second: string): string {
  if (text === undefined) return `${none}_${second}`;
  if (isStem(text)) return text;
  if (isStem(`${text}_000000`)) return `${text}_${second}`;
  throw new UsageError(`${JSON.stringify(text)} is neither a stem nor a night: write YYYYMMDD_HHMMSS or YYYYMMDD`);
}
