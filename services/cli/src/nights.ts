import { UsageError } from '@lvra/shared/errors';
import { instantOfStem } from '@lvra/shared/stem';

/** @throws UsageError where the two are not the first and the last of some nights, YYYYMMDD */
export function checkNights(from: string, to: string): void {
  for (const night of [from, to]) {
    if (!instantOfStem(`${night}_000000`)) throw new UsageError(`${JSON.stringify(night)} is no night: write YYYYMMDD`);
  }
  if (from > to) throw new UsageError(`--from ${from} is after --to ${to}`);
}
