import { isStem } from '@lvra/core';
import { groupIdOf, ledgerFaults } from '@lvra/ledger';
import { dataPaths, foldersIn, Nights } from '@lvra/store';
import type { OpenLedger } from '../open-ledger.js';
import { FROM_BACKUP } from './advice.js';
import { Findings } from './findings.js';
import { checkKafka } from './kafka-check.js';
import { checkNames, reportOddName } from './name-check.js';
import { checkObjects } from './object-check.js';
import { checkOffsetRanges } from './offset-check.js';
import { fetchSandboxAnnotations } from './sandbox-annotations.js';
import { checkMappedStems } from './stem/mapping-check.js';
import { ScoreModels } from './stem/score-models.js';
import { checkStem } from './stem/stem-check.js';
import { checkStrayFiles } from './stray-check.js';
import { reportValues } from './value-check.js';

/** As `checkNames` knows it: all other names are reported there. */
const LIKE_A_STEM = /^\d{8}_\d{6}$/;

export interface VerifyOptions {
  /** First and last stem. */
  readonly range: readonly [string, string];
  /** Also ask Kafka for its offsets. */
  readonly kafka: boolean;
  /** Ask the models for the scores of every stem, instead of some. */
  readonly scores: boolean;
  /** The address of a sandbox, to ask for what it holds. */
  readonly sandbox: string | undefined;
  /** After how long an object is checked again whose annotation may just be being sent, ms. */
  readonly lookAgainMs: number;
  /** Called now and then with the progress. */
  readonly onProgress: (what: string, done: number, all: number | undefined) => void;
}

/** Findings about a damaged ledger, which cannot be checked further; undefined if it is whole. */
export function verifyLedgerFile(path: string): Findings | undefined {
  const faults = ledgerFaults(path);
  if (faults.length === 0) return undefined;
  const findings = new Findings();
  for (const what of faults) findings.add({ check: 'ledger', what: `${path}: ${what}`, todo: FROM_BACKUP });
  return findings;
}

/**
 * Checks the guarantees of docs/guarantees.md: files against the ledger, the ledger against itself, and both against
 * Kafka and Lasair if asked for. It changes nothing, and the services may run: work in flight counts as pending.
 */
export async function verify(open: OpenLedger, options: VerifyOptions): Promise<Findings> {
  const { settings, paths, folder, ledger, vras, stages } = open;
  const { range, onProgress } = options;
  const features = new Map(settings.vras.map((vra) => [vra.modelName, vra.features]));
  const findings = new Findings();
  const now = Date.now();
  const nights = new Nights(paths, now);
  const { alerts, mapping, names, stems, offsets, objects } = ledger.verification;
  const models = new ScoreModels(open, options.scores);
  await checkNames(names, findings);
  reportValues(await ledger.oddValues(), findings);
  const all = await stems.count(...range);
  let after = range[0].slice(0, -1);
  for (;;) {
    const page = await stems.page(after, range[1]);
    if (page.length === 0) break;
    for (const stem of page) {
      if (isStem(stem))
        await checkStem(await stems.facts(stem), {
          ...{ paths, folder, nights, findings, models, mapping, vras, features, stages },
        });
      else if (LIKE_A_STEM.test(stem)) await reportOddName(stem, names, findings);
      onProgress('stems', findings.counts.stems, Math.max(all, findings.counts.stems));
    }
    after = page.at(-1) as string;
  }
  await models.close();
  await checkMappedStems(mapping, findings);
  checkOrphans(await stems.outcomesOfNothing(), findings);
  const beforeRestore = foldersIn(paths.beforeRestore).map((folder) => new Nights(dataPaths(folder), now));
  await checkStrayFiles({ stems, alerts, nights, beforeRestore, range, now, findings });
  await checkOffsetRanges(offsets, findings);
  const { sandbox } = options;
  await checkObjects({
    objects,
    vras: settings.vras,
    range,
    findings,
    fetchSandboxAnnotations: sandbox === undefined ? undefined : () => fetchSandboxAnnotations(sandbox),
    lookAgainMs: options.lookAgainMs,
    onObjects: (count) => onProgress('objects', count, undefined),
  });
  if (options.kafka) {
    const { kafkaServer = [], myTopic = [], kafkaSecurity: security } = settings;
    const groupId = await groupIdOf(settings, ledger);
    await checkKafka(offsets, { servers: kafkaServer, topics: myTopic, groupId, security }, findings);
  }
  return findings;
}

function checkOrphans(ids: readonly bigint[], findings: Findings): void {
  for (const id of ids) {
    const what = `annotation_outcome has an outcome of score ${id}, and provenance has no such row`;
    findings.add({ check: 'outcomes', what, todo: `\`lvra forget scores ${id}\`` });
  }
}
