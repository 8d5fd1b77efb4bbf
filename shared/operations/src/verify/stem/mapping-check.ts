import { isStem } from '@lvra/core';
import type { MappingVerification, StemFacts } from '@lvra/ledger';
import { doAgain, FROM_BACKUP } from '../advice.js';
import type { Findings } from '../findings.js';
import { type BatchContents, objectsWithoutRow } from './batch-contents.js';

/** Compares diaobjid_stems with the objects of a batch, in both directions. */
export async function checkMapping(
  { stem, flags }: StemFacts,
  contents: BatchContents,
  mapping: MappingVerification,
  findings: Findings,
): Promise<void> {
  const inBatch = new Set([...contents.withRow.map(({ diaObjectId }) => diaObjectId), ...objectsWithoutRow(contents)]);
  const withFlags = new Set(flags.map(({ diaObjectId }) => diaObjectId));
  const stemOf = await mapping.stemsOf([...inBatch]);
  let here = 0;
  for (const object of inBatch) {
    const mapped = stemOf.get(object);
    if (mapped === stem) here++;
    if (mapped !== undefined && mapped >= stem) continue;
    const what =
      mapped === undefined
        ? 'diaobjid_stems has no row of the object'
        : `diaobjid_stems has the object in ${mapped}, an older stem`;
    const todo = withFlags.has(object) ? doAgain(stem, 'feature') : FROM_BACKUP;
    findings.add({ check: 'mapping', stem, object: String(object), what, todo });
  }
  if ((await mapping.count(stem)) === here) return;
  const strangers = (await mapping.objectsOf(stem)).filter((mapped) => !inBatch.has(mapped));
  const newest = await mapping.newestWithFeatures(strangers);
  for (const object of strangers) {
    const what = 'diaobjid_stems has an object in this stem, and no alert of its batch is about it';
    findings.add({ check: 'mapping', stem, object: String(object), what, todo: mapAgain(object, newest.get(object)) });
  }
}

/** Looks for objects in stems that are not there. Names that are no stems have findings of their own. */
export async function checkMappedStems(mapping: MappingVerification, findings: Findings): Promise<void> {
  const nowhere = (await mapping.nowhere()).filter(({ stem }) => isStem(stem));
  const newest = await mapping.newestWithFeatures(nowhere.map(({ diaObjectId }) => diaObjectId));
  for (const { diaObjectId, stem } of nowhere) {
    const what = `diaobjid_stems has the object in ${stem}, which no status table knows`;
    const todo = mapAgain(diaObjectId, newest.get(diaObjectId));
    findings.add({ check: 'mapping', stem, object: String(diaObjectId), what, todo });
  }
}

/** @param newest stem with features of the object */
function mapAgain(object: bigint, newest: string | undefined): string {
  const again = newest === undefined ? '' : `, then ${doAgain(newest, 'feature')}`;
  return `\`lvra forget objects ${object}\`${again}`;
}
