import { access } from 'node:fs/promises';
import { isDone } from '@lvra/core';
import type { Ledger, StemEvent } from '@lvra/ledger';
import type { DataFolder } from '@lvra/runtime';

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
  if (other !== undefined) return { result: await other, isMaker: false };
  const own = make();
  makings.set(path, own);
  try {
    return { result: await own, isMaker: true };
  } finally {
    makings.delete(path);
  }
}

/** How another VRA ended with a feature file. */
export type MadeBefore = Pick<StemEvent, 'vra' | 'status' | 'rows'>;

/**
 * Another VRA's result for the feature file of a stem; undefined if none has made it, or it is gone.
 *
 * @param set the name of the set of features
 * @param vra the VRA that asks: if it had finished the stem before, the file must be made again
 * @param siblings the other VRAs with the same features
 * @throws RetryLater if it has just been made on another host, and is not visible here yet
 */
export async function findExistingResult(
  ledger: Ledger,
  folder: DataFolder,
  stem: string,
  set: string,
  vra: string,
  siblings: readonly string[],
): Promise<MadeBefore | undefined> {
  if (siblings.length === 0) return undefined;
  const ends = (await ledger.events.ofStem(stem)).filter(({ stage, status }) => stage === 'feature' && isDone(status));
  if (ends.some((event) => event.vra === vra)) return undefined;
  const done: string[] = [];
  for (const other of siblings) if (await isStillDone(ledger, stem, other)) done.push(other);
  const made = ends.findLast((event) => done.includes(event.vra)) ?? (await madeByPython(ledger, stem, done));
  if (made === undefined) return undefined;
  await folder.assertVisible(stem, { kind: 'features', set });
  return (await isThere(folder.paths.features(stem, set))) ? made : undefined;
}

/** The Python pipeline leaves a status and the flags of each row, and no event. */
async function madeByPython(ledger: Ledger, stem: string, [vra]: readonly string[]): Promise<MadeBefore | undefined> {
  const rows = (await ledger.results.sources(stem)).length;
  if (vra === undefined || rows === 0) return undefined;
  return { vra, status: (await ledger.work('feature', vra).status(stem)) as number, rows };
}

async function isStillDone(ledger: Ledger, stem: string, vra: string): Promise<boolean> {
  const status = await ledger.work('feature', vra).status(stem);
  return status !== undefined && isDone(status);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
