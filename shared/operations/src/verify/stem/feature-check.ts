import { readFileSync } from 'node:fs';
import { isDone, messageOf } from '@lvra/core';
import type { StemFacts } from '@lvra/ledger';
import { DEFAULT_FEATURES, isAsMade } from '@lvra/store';
import { doAgain, putBack } from '../advice.js';
import type { BatchContents } from './batch-contents.js';
import { compare, pairOf } from './compare-pairs.js';
import type { StemCheck } from './context.js';
import { type FeatureIds, readFeatureIds } from './feature-ids.js';
import { checkFlags, checkFlagValues } from './flag-check.js';

/**
 * Compares the feature file of a stem with its batch file and with the rows that the ledger has of it.
 *
 * @param contents undefined if there is no batch file to compare with
 * @returns the pairs of ids that must have a score; undefined if no VRA has features of the stem, or it cannot be told
 */
export async function checkFeatures(
  facts: StemFacts,
  contents: BatchContents | undefined,
  check: StemCheck,
): Promise<readonly string[] | undefined> {
  const { features, findings } = check;
  const done = [...features].some(([vra, set]) => {
    const status = facts.status('feature', vra);
    return set === DEFAULT_FEATURES && typeof status === 'number' && isDone(status);
  });
  if (!done) return undefined;
  // The pipeline that made the batch need not have made the features: either may continue a stem at every stage.
  const isOurs = facts.featuresMadeFor.some((vra) => (features.get(vra) ?? DEFAULT_FEATURES) === DEFAULT_FEATURES);
  const file = await readFeatures(facts, check);
  const flagged = facts.flags.map(pairOf);
  if (!file) return isOurs ? flagged : undefined;
  const { rows, isAsMade } = file;
  findings.counts.featureRows += rows.length;
  if (contents) checkAgainstBatch(facts, contents, rows, isOurs, check);
  // An altered file says nothing about the ledger.
  const pairs = isAsMade ? rows.map(pairOf) : flagged;
  // The Python pipeline can leave a stem without these rows.
  if (isOurs || flagged.length > 0) checkFlags(facts.stem, pairs, facts.flags, findings);
  if (isOurs && contents) checkFlagValues(facts.stem, contents.withRow, facts.flags, findings);
  return pairs;
}

/**
 * The pairs of ids in the feature file of a set of its own, which may rightly have fewer rows than the default one;
 * undefined if there is no file: the VRA may have had another set when the stem came.
 */
export async function rowsOfSet(
  stem: string,
  set: string,
  { paths, findings }: StemCheck,
): Promise<readonly string[] | undefined> {
  const path = paths.features(stem, set);
  try {
    return (await readFeatureIds(path)).map(pairOf);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      const what = `${path} cannot be read: ${messageOf(error)}`;
      findings.add({ check: 'features', stem, what, todo: doAgain(stem, 'feature') });
    }
    return undefined;
  }
}

async function readFeatures(
  { stem, checksum }: StemFacts,
  { paths, nights, findings }: StemCheck,
): Promise<{ rows: FeatureIds[]; isAsMade: boolean } | undefined> {
  const path = paths.features(stem);
  const wrong = (what: string) => findings.add({ check: 'features', stem, what, todo: doAgain(stem, 'feature') });
  try {
    const rows = await readFeatureIds(path);
    const made = checksum({ kind: 'features' });
    const isMade = made === undefined || (await isAsMade(path, made));
    if (!isMade) wrong(`${path} is not what was made: a cell or a row of it is another`);
    return { rows, isAsMade: isMade };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') wrong(`${path} cannot be read: ${messageOf(error)}`);
    else if (nights.isCleared('features', stem)) findings.counts.clearedFiles++;
    else wrong(`the feature file ${path} is missing`);
    return undefined;
  }
}

function checkAgainstBatch(
  { stem, quarantined, flags }: StemFacts,
  contents: BatchContents,
  all: readonly FeatureIds[],
  isOurs: boolean,
  { paths, findings }: StemCheck,
): void {
  // Of the Python pipeline's rows only the object is certain: it takes the last source of the list. And it makes rows of
  // alerts that are quarantined here.
  const rejected = new Set(contents.withoutRow.flatMap(({ position, isRejected }) => (isRejected ? position : [])));
  const rows = isOurs ? all : all.filter(({ position }) => position === undefined || !rejected.has(position));
  const name = ({ position, diaObjectId, diaSourceId }: FeatureIds) =>
    isOurs ? `${position} ${diaObjectId ?? '?'} ${diaSourceId ?? '?'}` : `${position} ${diaObjectId ?? '?'}`;
  const aside = new Set(quarantined.filter(({ stage }) => stage === 'feature').map(({ position }) => position));
  const { doubled, strange, ...compared } = compare(contents.withRow.map(name), rows.map(name), (row) => row);
  // An alert that can be read may be one of which no row can be made: one with too many fields.
  const missing = compared.missing.filter((row) => !aside.has(Number(row.split(' ')[0])));
  const todo = doAgain(stem, 'feature');
  const flagged = new Set(flags.map((flag) => pairOf(flag).replace(' ', ' and ')));
  const objectOf = (row: string) => row.split(' ')[1] ?? '?';
  for (const row of missing) {
    const position = row.split(' ')[0];
    const other = strange.find((found) => found.split(' ')[0] === position);
    const [check, what] = other
      ? ([
          'id',
          `the alert at position ${position} has the ids ${idsOf(row)}, its feature row ${idsOf(other)}`,
        ] as const)
      : (['features', `the alert at position ${position} has no feature row`] as const);
    // If the ledger has the ids of the feature row, the batch file was altered after it was made.
    const isBatch =
      other !== undefined &&
      flagged.has(idsOf(other)) &&
      !flagged.has(idsOf(row)) &&
      !isInBatch(other, paths.batch(stem));
    findings.add({ check, stem, object: objectOf(row), what, todo: isBatch ? putBack(paths.batch(stem)) : todo });
  }
  const missingAt = new Set(missing.map((row) => row.split(' ')[0]));
  for (const row of strange.filter((found) => !missingAt.has(found.split(' ')[0]))) {
    findings.add({ check: 'features', stem, object: objectOf(row), what: 'a feature row has no alert', todo });
  }
  for (const row of doubled) {
    findings.add({ check: 'doubled', stem, object: objectOf(row), what: 'a feature row is there twice', todo });
  }
  if (!isOurs) return;
  for (const position of [...rejected].filter((place) => !aside.has(place))) {
    const what = `the alert at position ${position} cannot have features and is not in quarantine`;
    findings.add({ check: 'quarantine', stem, what, todo });
  }
}

/** Whether the batch file has the source of a row at all: earlier releases took another one of two at the same time. */
function isInBatch(row: string, path: string): boolean {
  return readFileSync(path).includes(row.split(' ')[2] ?? '?');
}

function idsOf(row: string): string {
  return row.split(' ').slice(1).join(' and ');
}
