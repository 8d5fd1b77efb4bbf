import { UsageError } from '@lvra/shared/errors';
import { instantOfStem } from '@lvra/shared/stem';

/** @throws UsageError where it is no night, YYYYMMDD */
export function checkNight(night: string): void {
  if (!instantOfStem(`${night}_000000`)) throw new UsageError(`${JSON.stringify(night)} is no night: write YYYYMMDD`);
}

/** @throws UsageError where the two are not the first and the last of some nights, YYYYMMDD */
export function checkNights(from: string, to: string): void {
  checkNight(from);
  checkNight(to);
  if (from > to) throw new UsageError(`--from ${from} is after --to ${to}`);
}
