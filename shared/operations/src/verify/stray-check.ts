import { existsSync, statSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import type { AlertVerification, StemVerification } from '@lvra/ledger';
import type { NightFile, Nights } from '@lvra/store';
import { countUp, type Findings } from './findings.js';
import { objectsWithoutRow, readBatchContents } from './stem/batch-contents.js';
import { type FeatureIds, readFeatureIds } from './stem/feature-ids.js';

/** A consumer that lives registers its file sooner than this, and removes what a killed one left after it. */
const IN_HAND_MS = 20 * 60_000;

export interface StrayCheck {
  readonly stems: StemVerification;
  readonly alerts: AlertVerification;
  readonly nights: Nights;
  /** The files that restored copies did not know, in folders of their own. */
  readonly beforeRestore: readonly Nights[];
  /** First and last stem. */
  readonly range: readonly [string, string];
  readonly now: number;
  readonly findings: Findings;
}

/**
 * Looks for files of stems that the ledger does not know. The Python consumer leaves such a batch file where it ends
 * between renaming and registering it, and then it is all that there is of its alerts; one whose alerts came in under
 * other stems, as after a restored copy of log.db, is there once too often.
 */
export async function checkStrayFiles(check: StrayCheck): Promise<void> {
  for (const kind of ['batch', 'features'] as const) await checkFiles(check.nights, kind, check);
  // Feature files can be made again from batch files.
  for (const nights of check.beforeRestore) await checkFiles(nights, 'batch', check);
}

async function checkFiles(of: Nights, kind: 'batch' | 'features', check: StrayCheck): Promise<void> {
  const { stems, range, now, findings } = check;
  for (const { stem, path, belongsAt } of of.files(kind, ...range)) {
    if (path !== belongsAt) {
      reportMisplaced(kind, { stem, path, belongsAt }, findings);
      continue;
    }
    if (await stems.knows(stem)) continue;
    const file = statSync(path, { throwIfNoEntry: false });
    // It was registered, or removed, since the folder was read.
    if (!file || (await stems.knows(stem))) continue;
    // No process works on what a restore put aside, however new it is.
    const isAside = of !== check.nights;
    const isInHand = !isAside && now - file.mtimeMs < IN_HAND_MS;
    // Stems that wait for their features may hold the same alerts.
    if (isInHand || isFeaturePending(findings))
      countUp(findings.counts.pending, isAside ? 'before-restore' : 'consumer');
    else await (kind === 'batch' ? reportBatch(stem, path, check, isAside) : reportFeatures(stem, path, check));
  }
}

/** A copy in another night's folder is never read; where it is the only one, the stem's file is missing. */
function reportMisplaced(check: 'batch' | 'features', { stem, path, belongsAt }: NightFile, findings: Findings): void {
  const isCopy = existsSync(belongsAt);
  findings.add({
    check,
    stem,
    what: `${path} is in another night's folder, where it is never read${isCopy ? `; ${belongsAt} is there` : ''}`,
    todo: isCopy ? `compare the two, then \`rm ${path}\`` : `\`mv ${path} ${belongsAt}\``,
  });
}

function isFeaturePending({ counts }: Findings): boolean {
  return Object.keys(counts.pending).some((name) => name.startsWith('feature '));
}

/** @param isAside it is out of the pipeline's way: wrong only if it holds alerts that are nowhere else */
async function reportBatch(
  stem: string,
  path: string,
  { alerts, findings }: StrayCheck,
  isAside: boolean,
): Promise<void> {
  const add = (what: string, todo: string) => findings.add({ check: 'batch', stem, what: `${path} ${what}`, todo });
  try {
    const contents = await readBatchContents(path);
    const unknown =
      (await alerts.unknownSources(contents.withRow)).length +
      (await alerts.unknownObjects(objectsWithoutRow(contents))).length;
    if (unknown === 0 && isAside) return;
    if (unknown === 0) {
      add('is of a stem that the ledger does not know; it has all of its alerts from other stems', `\`rm ${path}\``);
    } else {
      add(
        `is of a stem that the ledger does not know, and so are ${unknown} of its alerts`,
        `stop the services, read it in with \`lvra run --once --source replay --replay-path ${path}\`, then \`rm ${path}\``,
      );
    }
  } catch (error) {
    add(
      `is of a stem that the ledger does not know, and cannot be read: ${messageOf(error)}`,
      'move it elsewhere and keep it: what of it can be read may be read in with `--source replay`',
    );
  }
}

async function reportFeatures(stem: string, path: string, { alerts, findings }: StrayCheck): Promise<void> {
  const hasIds = (row: FeatureIds): row is FeatureIds & { diaObjectId: bigint; diaSourceId: bigint } =>
    row.diaObjectId !== undefined && row.diaSourceId !== undefined;
  let unknown: number;
  try {
    const rows = await readFeatureIds(path);
    const withIds = rows.filter(hasIds);
    unknown = rows.length - withIds.length + (await alerts.unknownSources(withIds)).length;
  } catch (error) {
    findings.add({
      check: 'features',
      stem,
      what: `${path} is of a stem that the ledger does not know, and cannot be read: ${messageOf(error)}`,
      todo: 'move it out of its folder and keep it: its rows may be of alerts that the ledger does not know',
    });
    return;
  }
  findings.add({
    check: 'features',
    stem,
    what: `${path} is of a stem that the ledger does not know${unknown > 0 ? `, and so are ${unknown} of its rows` : ''}`,
    todo:
      unknown > 0
        ? 'look for the batch file of this stem in a copy and read it in with `--source replay`; then move this file away'
        : `\`rm ${path}\`: feature files can be made again from batch files`,
  });
}
