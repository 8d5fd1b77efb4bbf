import type { ObjectFlags } from '@lvra/ledger';
import type { Look } from '../../open-ledger.js';
import type { ObjectRecord } from './object.js';

/** How often an object was brighter than some magnitudes, as one of its alerts told. Ids are decimal strings. */
export interface FlagRecord extends Omit<ObjectFlags, 'diaSourceId'> {
  readonly diaSourceId: string | null;
}

/** Each costs the reading of all rows of a stem; the newest one counts all before it. */
const MOST_STEMS = 5;

/** The threshold flags of the object's newest stems, newest first. */
export async function objectFlags({ ledger }: Pick<Look, 'ledger'>, record: ObjectRecord): Promise<FlagRecord[]> {
  const { diaObjectId, lastStem, scores } = record;
  const stems = new Set([...(lastStem === null ? [] : [lastStem]), ...scores.map(({ stem }) => stem)]);
  const newest = [...stems].sort().reverse().slice(0, MOST_STEMS);
  return (await ledger.objects.flags(BigInt(diaObjectId), newest)).map(({ diaSourceId, ...flags }) => ({
    ...flags,
    diaSourceId: diaSourceId === null ? null : String(diaSourceId),
  }));
}
