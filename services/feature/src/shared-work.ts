import { access } from 'node:fs/promises';
import type { StemEvent } from '@lvra/shared/ledger/events';
import type { Ledger } from '@lvra/shared/ledger/ledger';
import { isDone } from '@lvra/shared/status';

/**
 * What VRAs with the same features make together: one feature file a stem.
 *
 * In one process they share the making itself. Where another process has made the file, its result is taken over. Two
 * processes that begin at the same moment both make it, which costs time and nothing else: it is the same file.
 */

/** The makings under way in this process, by ledger and file. */
const underWay = new WeakMap<Ledger, Map<string, Promise<unknown>>>();

/** Makes a file, or waits for whoever is making it. `isMaker` is true for the one who made it. */
export async function singleFlight<T>(
  ledger: Ledger,
  path: string,
  make: () => Promise<T>,
): Promise<{ result: T; isMaker: boolean }> {
  const makings = underWay.get(ledger) ?? new Map<string, Promise<unknown>>();
  underWay.set(ledger, makings);
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
 * How another VRA ended with the feature file of a stem; undefined where none has made it, or where it is gone.
 *
 * @param vra who asks: one that was through with the stem before was told to have it made again
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
