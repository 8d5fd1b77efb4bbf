import { access } from 'node:fs/promises';
import type { StemEvent } from '@lvra/shared/ledger/events';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import { isDone } from '@lvra/shared/status';

/**
 * VRAs with the same features share one feature file a stem.
 *
 * Within a process it is made once. If another process has made the file, its result is used. Two processes that start
 * at the same moment both make it, which only costs time: the file is the same.
 */

/** What this process is making now, by ledger and file. */
const inFlight = new WeakMap<Ledger, Map<string, Promise<unknown>>>();

/** Makes a file, or waits for the call that is making it. `isMaker` is true for the call that made it. */
export async function singleFlight<T>(
  ledger: Ledger,
  path: string,
  make: () => Promise<T>,
): Promise<{ result: T; isMaker: boolean }> {
  const makings = inFlight.get(ledger) ?? new Map<string, Promise<unknown>>();
  inFlight.set(ledger, makings);
  const other = makings.get(path) as Promise<T> | undefined;
  if (other) return { result: await other, isMaker: false };
  const own = make();
  makings.set(path, own);
  try {
    return { result: await own, isMaker: true };
  } finally {
    makings.delete(path);
  }
}

/**
 * Another VRA's result for the feature file of a stem; undefined if none has made it, or it is gone.
 *
 * @param vra the VRA that asks: if it had finished the stem before, the file must be made again
 * @param siblings the other VRAs with the same features
 */
export async function findExistingResult(
  ledger: Ledger,
  stem: string,
  path: string,
  vra: string,
  siblings: readonly string[],
): Promise<StemEvent | undefined> {
  if (siblings.length === 0) return undefined;
  const ends = ledger.events.ofStem(stem).filter(({ stage, status }) => stage === 'feature' && isDone(status));
  if (ends.some((event) => event.vra === vra)) return undefined;
  const made = ends.findLast((event) => siblings.includes(event.vra) && isStillDone(ledger, stem, event.vra));
  return made && (await isThere(path)) ? made : undefined;
}

function isStillDone(ledger: Ledger, stem: string, vra: string): boolean {
  const status = ledger.work('feature', vra).status(stem);
  return status !== undefined && isDone(status);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
