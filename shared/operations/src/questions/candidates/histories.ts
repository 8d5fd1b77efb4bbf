import { setImmediate as othersGoOn } from 'node:timers/promises';
import { type Ledger, newestFirst, type PastScore } from '@lvra/ledger';

/** An object may have hundreds of scores. */
const OBJECTS_AT_ONCE = 200;

/** What the other scores of an object say of one of them. */
export interface InHistory {
  /** Of the object that the VRA has scored, in all nights. */
  readonly sources: number;
  /** Against the score of the object's source before; NaN for its first one. */
  readonly change: number;
}

/**
 * Some scores among all those that the VRA gave to their objects, by provenance ID.
 *
 * @param scores IDs by object: one of each
 * @returns without those that are no longer in the ledger
 */
export async function inHistories(
  ledger: Ledger,
  vra: string,
  scores: ReadonlyMap<bigint, readonly bigint[]>,
): Promise<Map<bigint, InHistory>> {
  const objects = [...scores.keys()];
  const found = new Map<bigint, InHistory>();
  for (let at = 0; at < objects.length; at += OBJECTS_AT_ONCE) {
    if (at > 0) await othersGoOn();
    const histories = await ledger.nights.histories(vra, objects.slice(at, at + OBJECTS_AT_ONCE));
    for (const [object, history] of histories) {
      const ordered = newestFirst([...history].reverse());
      const sources = new Set(history.map(({ diaSourceId }) => diaSourceId)).size;
      for (const id of scores.get(object) as readonly bigint[]) {
        const place = ordered.findIndex((each) => each.id === id);
        if (place >= 0) found.set(id, { sources, change: changeAt(ordered, place) });
      }
    }
  }
  return found;
}

/** @param ordered newest first */
function changeAt(ordered: readonly PastScore[], place: number): number {
  const { diaSourceId, score } = ordered[place] as PastScore;
  const earlier = ordered.slice(place + 1).find((each) => each.diaSourceId !== diaSourceId);
  if (typeof score !== 'number' || typeof earlier?.score !== 'number') return Number.NaN;
  const change = score - earlier.score;
  return Number.isFinite(change) ? change : Number.NaN;
}
