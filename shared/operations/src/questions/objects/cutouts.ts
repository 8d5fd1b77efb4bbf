import { access } from 'node:fs/promises';
import { type AlertCutouts, CutoutsUnreadable, readCutouts } from '@lvra/alerts';
import { isStem } from '@lvra/core';
import type { Look } from '../../open-ledger.js';
import type { ObjectRecord } from './object.js';

/** The images of an object's alerts, where they are kept. */
export interface ObjectCutouts {
  /** Those of one source; null if there are none. */
  readonly shown: (Pick<AlertCutouts, 'diaSourceId' | 'images'> & { readonly stem: string }) | null;
  /** Why there are none, in a sentence. */
  readonly missing: string | null;
  /** The object's sources in stems whose images are kept, newest first; of those alone that have a score. */
  readonly sources: readonly CutoutSource[];
}

export interface CutoutSource {
  /** A decimal string. */
  readonly diaSourceId: string;
  readonly stem: string;
  /** When it was observed, ISO 8601 in UTC. */
  readonly observedUtc: string | null;
}

/** For so many of the newest stems it is looked whether there is a file. */
const MOST_STEMS = 25;

const NONE_KEPT =
  'No images of its alerts are kept. Those of Lasair’s filter have none; those in Avro are kept with keep_cutouts, until they are pruned.';

/** @param diaSourceId of the source whose images are wanted; without it those of the newest alert that has some */
export async function objectCutouts(
  { paths }: Pick<Look, 'paths'>,
  record: Pick<ObjectRecord, 'diaObjectId' | 'lastStem' | 'scores'>,
  diaSourceId?: string,
): Promise<ObjectCutouts> {
  const stems = await stemsWithFile(paths, record);
  const sources = sourcesIn(stems, record);
  const none = (missing: string): ObjectCutouts => ({ shown: null, missing, sources });
  const stem = diaSourceId === undefined ? stems[0] : (stemOf(diaSourceId, sources) ?? record.lastStem);
  if (stems.length === 0) return none(NONE_KEPT);
  if (stem === undefined || stem === null || !stems.includes(stem))
    return none(`No images of source ${diaSourceId} are kept.`);
  try {
    const found = await readCutouts(paths.cutouts(stem), BigInt(record.diaObjectId));
    // Of several alerts of a batch the last one, unless a score says which is newest.
    const wanted = diaSourceId ?? sources.find((each) => each.stem === stem)?.diaSourceId;
    const shown =
      found.find((each) => each.diaSourceId === wanted) ?? (diaSourceId === undefined ? found.at(-1) : undefined);
    if (!shown)
      return none(
        `${diaSourceId === undefined ? `Its alert in ${stem}` : `Source ${diaSourceId}`} came without images.`,
      );
    return { shown: { stem, diaSourceId: shown.diaSourceId, images: shown.images }, missing: null, sources };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof CutoutsUnreadable)) throw error;
    return none(`The images of ${stem} cannot be read: ${message}.`);
  }
}

/** Newest first. */
async function stemsWithFile(
  paths: Look['paths'],
  { lastStem, scores }: Pick<ObjectRecord, 'lastStem' | 'scores'>,
): Promise<string[]> {
  const all = new Set([...(lastStem === null ? [] : [lastStem]), ...scores.map(({ stem }) => stem)]);
  // A row that was written by hand may name anything.
  const newest = [...all].filter(isStem).sort().reverse().slice(0, MOST_STEMS);
  const isThere = await Promise.all(
    newest.map((stem) =>
      access(paths.cutouts(stem)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return newest.filter((_, at) => isThere[at]);
}

function sourcesIn(stems: readonly string[], { scores }: Pick<ObjectRecord, 'scores'>): CutoutSource[] {
  const sources = new Map<string, CutoutSource>();
  for (const { diaSourceId, stem, observedUtc } of scores) {
    if (diaSourceId === null || sources.has(diaSourceId) || !stems.includes(stem)) continue;
    sources.set(diaSourceId, { diaSourceId, stem, observedUtc });
  }
  return [...sources.values()];
}

function stemOf(diaSourceId: string, sources: readonly CutoutSource[]): string | undefined {
  return sources.find((each) => each.diaSourceId === diaSourceId)?.stem;
}
