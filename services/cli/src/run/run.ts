import { loadSettings, type Overrides } from '@lvra/config';
import { type Stage, statusMeaning, stopSignal, UPSTREAM, UsageError } from '@lvra/core';
import type { UnfinishedStem } from '@lvra/ledger';
import { EXIT } from '@lvra/runtime';
import { count, duration, print, printError, table } from '../command-line/output.js';
import { countsOf } from '../command-line/progress.js';
import { startConsole } from './console-process.js';
import { EmbeddedPipeline } from './embedded-pipeline.js';
import { withProgress } from './show-progress.js';

/**
 * Runs all stages in this process.
 *
 * @param withConsole serves the pages beside them, in a process of its own
 * @param once ends when nothing is left to do, and sets the exit code by what could not be done
 * @throws UsageError, LockHeld
 */
export async function runEmbedded(once: boolean, withConsole: boolean, overrides: Overrides): Promise<void> {
  const settings = loadSettings({ overrides });
  if (once && settings.source === 'simulate' && settings.simulateCount === undefined) {
    throw new UsageError('--once needs an end: say how many alerts with --simulate-count');
  }
  const embedded = await EmbeddedPipeline.open(settings, once ? 'lvra run --once' : 'lvra run');
  const signal = stopSignal(() => {});
  const begun = performance.now();
  const health = await embedded.serveHealth();
  const expected = settings.source === 'simulate' ? settings.simulateCount : undefined;
  const problems = await withProgress(embedded, expected, async (say) => {
    const pages = withConsole ? startConsole(process.env, say) : undefined;
    try {
      if (once) return await embedded.drain(signal);
      await embedded.run(signal);
      return [];
    } finally {
      await pages?.end();
    }
  }).finally(() => health?.close());
  const { alerts, scores, annotations } = await countsOf(embedded.pipeline.metrics);
  const took = duration(performance.now() - begun);
  print(`${count(alerts)} alerts in, ${count(scores)} scored, ${count(annotations)} annotated in ${took}.`);
  if (once) await sayWhatIsLeft(embedded, problems);
  await embedded.close();
}

/** At most this many lines; the rest mostly has the same causes. */
const LINES = 20;

async function sayWhatIsLeft(embedded: EmbeddedPipeline, problems: readonly string[]): Promise<void> {
  const left = await embedded.unfinished();
  if (left.length === 0 && problems.length === 0) return;
  process.exitCode = EXIT.failed;
  for (const problem of problems) printError(problem);
  if (left.length === 0) return;
  const keyOf = ({ stem, vra }: UnfinishedStem, stage: Stage | undefined) => `${stem} ${vra} ${stage}`;
  const unfinished = new Set(left.map((each) => keyOf(each, each.stage)));
  const rows = left.slice(0, LINES).map((each) => {
    const upstream = UPSTREAM[each.stage];
    const waits = unfinished.has(keyOf(each, upstream)) ? `waits for ${upstream}` : '';
    const why = each.isDead ? `given up: ${each.error}` : (each.error ?? waits);
    return [each.stem, each.stage, each.vra, `${each.status} ${statusMeaning(each.status)}`, why];
  });
  print(['', table(['stem', 'stage', 'VRA', 'status', 'why'], rows)].join('\n'));
  if (left.length > LINES) print(`and ${count(left.length - LINES)} more: lvra status`);
}
