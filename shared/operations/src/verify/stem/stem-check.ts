import { type Stats, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { instantOfStem, isDone, messageOf, STAGES } from '@lvra/core';
import type { StemFacts } from '@lvra/ledger';
import { isInBatch } from '@lvra/runtime';
import { batchFileBytes, DEFAULT_FEATURES, isAsMade } from '@lvra/store';
import { FROM_BACKUP, putBack } from '../advice.js';
import { countUp, type Findings } from '../findings.js';
import { type BatchContents, readBatchContents } from './batch-contents.js';
import type { StemCheck } from './context.js';
import { checkFeatures, rowsOfSet } from './feature-check.js';
import { checkMapping } from './mapping-check.js';
import { checkRegistration, checkStatuses, isRegistered } from './registration-check.js';
import { checkModelNames, checkScores } from './score-check.js';

/** Compares one stem's files with what the ledger says of it, from its messages to the outcomes of its scores. */
export async function checkStem(facts: StemFacts, check: StemCheck): Promise<void> {
  const { findings, vras } = check;
  const { counts } = findings;
  const { stem, batch } = facts;
  if (batch && !batch.registered && !isRegistered(facts, vras)) {
    // A consumer is using the name, or was killed with it; then a consumer gives it up after ten minutes.
    if (!batch.abandoned) countUp(counts.pending, 'consumer');
    return;
  }
  await untilVisible(facts, check);
  counts.stems++;
  if (!batch) counts.stemsOfOthers++;
  counts.quarantined += facts.quarantined.length;
  counts.gone += Number(facts.gone);
  checkOffsets(facts, findings);
  await checkQuarantine(facts, check);
  if (batch?.alerts === 0) return;
  checkRegistration(facts, findings);
  checkStatuses(facts, check);
  const contents = await readBatch(facts, check);
  if (batch && contents) await checkMapping(facts, contents, check.mapping, findings);
  const rows = await checkFeatures(facts, contents, check);
  for (const vra of vras) {
    const set = check.features.get(vra);
    const isOther = set !== undefined && set !== DEFAULT_FEATURES;
    await checkScores(facts, isOther ? await rowsOfSet(stem, set, check) : rows, vra, check);
  }
  if (isRegistered(facts, vras)) checkModelNames(facts, check);
  counts.scores += facts.scores.length;
  for (const { outcome } of facts.scores) countUp(counts.outcomes, outcome ?? 'none');
  countPending(facts, check);
  if (facts.scores.length > 0 && STAGES.every((stage) => facts.status(stage, vras[0] ?? '') === undefined)) {
    findings.add({
      check: 'scores',
      stem,
      what: `provenance has ${facts.scores.length} scores of a stem that no status table knows`,
      todo: FROM_BACKUP,
    });
  }
}

/** Files of a stem this old are visible on every host. */
const VISIBLE_AFTER_MS = 600_000;

/** Waits for the stem's files as long as another host may just have written them. */
async function untilVisible(
  { stem, quarantined, status }: StemFacts,
  { folder, paths, features }: StemCheck,
): Promise<void> {
  if (Date.now() - Number(instantOfStem(stem)) > VISIBLE_AFTER_MS) return;
  await folder.untilVisible(stem, { kind: 'batch' });
  for (const [vra, set] of features) {
    const made = status('feature', vra);
    if (typeof made === 'number' && isDone(made)) await folder.untilVisible(stem, { kind: 'features', set });
  }
  for (const { stage, position, path } of quarantined) {
    if (stage === 'consumer' && path !== '' && !isInBatch(paths, { stem, path }))
      await folder.untilVisible(stem, { kind: 'quarantined', position });
  }
}

function checkOffsets({ stem, batch, offsets, quarantined }: StemFacts, findings: Findings): void {
  if (batch?.source !== 'kafka') return;
  const aside = quarantined.reduce((sum, { stage, offsets: of }) => sum + (stage === 'consumer' ? of : 0), 0);
  if (offsets === undefined) {
    findings.add({
      check: 'offsets',
      stem,
      what: 'the ledger does not say which offsets of Kafka the stem holds',
      todo: FROM_BACKUP,
    });
  } else if (offsets !== BigInt(batch.alerts + aside)) {
    findings.add({
      check: 'message',
      stem,
      what: `its offsets held ${offsets} messages of Kafka, but ${batch.alerts} alerts are in its batch and ${aside} in quarantine`,
      todo: `the rows of a table are gone, or altered: ${FROM_BACKUP}`,
    });
  }
}

async function checkQuarantine(facts: StemFacts, { paths, nights, findings }: StemCheck): Promise<void> {
  const { stem, quarantined } = facts;
  for (const { stage, position, path, bytes } of quarantined) {
    // Its bytes could not be kept, or are in the batch file, which is checked separately.
    if (path === '' || isInBatch(paths, { stem, path })) continue;
    if (!isInQuarantine(path)) {
      const what = `the row of position ${position} (${stage}) names ${JSON.stringify(path)}, which is not in quarantine/`;
      findings.add({ check: 'quarantine', stem, what, todo: FROM_BACKUP });
      continue;
    }
    const file = statSync(join(paths.root, path), { throwIfNoEntry: false });
    const made = stage === 'consumer' ? facts.checksum({ kind: 'quarantined', position }) : undefined;
    const isAltered = file?.size === bytes && made !== undefined && !(await isAsMade(join(paths.root, path), made));
    if (file?.size === bytes && !isAltered) continue;
    if (!file && nights.isCleared('quarantine', stem)) {
      findings.counts.clearedFiles++;
      continue;
    }
    findings.add({
      check: 'quarantine',
      stem,
      what: `${path} (${stage}, position ${position}) ${faultOfFile(file, bytes)}`,
      todo: putBack(join(paths.root, path)),
    });
  }
}

function faultOfFile(file: Stats | undefined, bytes: number): string {
  if (!file) return 'is missing';
  return file.size === bytes
    ? 'is as long as it was, and its content is another'
    : `has ${file.size} bytes, not ${bytes}`;
}

function isInQuarantine(path: string): boolean {
  return normalize(path).startsWith('quarantine/') && !path.includes('\0');
}

async function readBatch(facts: StemFacts, { paths, nights, findings }: StemCheck): Promise<BatchContents | undefined> {
  const { stem, batch } = facts;
  const path = paths.batch(stem);
  const wrong = (what: string) =>
    findings.add({
      check: 'batch',
      stem,
      what,
      todo: `${putBack(path)}; Kafka holds its messages for some days (lvra stem ${stem} shows the offsets)`,
    });
  try {
    const contents = await readBatchContents(path);
    findings.counts.batchFiles++;
    findings.counts.alerts += contents.alerts;
    findings.counts.withoutAlert += contents.withoutRow.filter(({ isRejected }) => !isRejected).length;
    if (batch) {
      const bytes = batchFileBytes(batch);
      if (contents.alerts !== batch.alerts || contents.bytes !== bytes) {
        const registered = `${batch.alerts} in ${bytes} were registered`;
        wrong(`${path} holds ${contents.alerts} alerts in ${contents.bytes} bytes; ${registered}`);
        return undefined;
      }
    }
    const made = facts.checksum({ kind: 'batch' });
    if (made && !(await isAsMade(path, made))) {
      wrong(`${path} is as long as it was made, and its content is another`);
      return undefined;
    }
    return contents;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') wrong(`the batch file cannot be read: ${messageOf(error)}`);
    else if (nights.isCleared('batch', stem)) findings.counts.clearedFiles++;
    else wrong(`the batch file ${path} is missing`);
    return undefined;
  }
}

/** The first stage that has not done the stem, for each VRA. */
function countPending(facts: StemFacts, { stages, vras, findings }: StemCheck): void {
  for (const vra of vras) {
    for (const stage of STAGES) {
      const status = facts.status(stage, vra);
      if (status === null || status === undefined || !stages.some(([s, v]) => s === stage && v === vra)) break;
      if (isDone(status)) continue;
      const { pending, dead } = findings.counts;
      countUp(facts.isDead(stage, vra) ? dead : pending, `${stage} ${vra}`);
      break;
    }
  }
}
