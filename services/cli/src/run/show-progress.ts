import { sleep } from '@lvra/core';
import { countsOf, inWords, type ProgressState, startProgress } from '../command-line/progress.js';
import type { EmbeddedPipeline } from './embedded-pipeline.js';

const LOOK_EVERY_MS = 500;
/** What is over by then, as the start of a stage, is not worth a line. */
const WORTH_SAYING_MS = 3_000;

/**
 * Does the work of an embedded run, shows meanwhile how far it is, and warns once of everything that does not work.
 *
 * @param expectedAlerts how many the source yields in all, if known
 */
export async function withProgress<T>(
  embedded: EmbeddedPipeline,
  expectedAlerts: number | undefined,
  work: (say: (line: string) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress();
  for (const warning of embedded.pipeline.settings.warnings) progress.say(warning);
  /** When each reason was first seen, until it is said. */
  const seenAt = new Map<string, number>();
  const look = async () => {
    progress.show(await stateOf(embedded, expectedAlerts));
    for (const reason of embedded.notReady()) {
      const since = seenAt.get(reason) ?? performance.now();
      seenAt.set(reason, since);
      if (performance.now() - since < WORTH_SAYING_MS) continue;
      seenAt.set(reason, Number.POSITIVE_INFINITY);
      progress.say(reason);
    }
  };
  const done = new AbortController();
  const looking = (async () => {
    while (!done.signal.aborted) {
      await look();
      await sleep(LOOK_EVERY_MS, done.signal);
    }
    await look();
  })();
  // It is told at the end, and must not end the work before.
  looking.catch(() => {});
  try {
    return await work((line) => progress.say(line));
  } finally {
    done.abort();
    await looking;
    progress.end();
  }
}

async function stateOf(
  { pipeline, stages }: EmbeddedPipeline,
  expectedAlerts: number | undefined,
): Promise<ProgressState> {
  const counts = await countsOf(pipeline.metrics);
  // A stem that waits for a stage has all the stages after it to come as well.
  const { flow, backfill } = pipeline.ledger;
  let known = 0;
  for (const [i, [stage, vra]] of stages.entries()) {
    const steps = stages.slice(i).filter(([, other]) => other === vra).length;
    known += steps * (await flow.waiting(stage, vra)).stems + (await backfill.left(stage, vra));
  }
  const toCome = Math.max((expectedAlerts ?? 0) - counts.alerts, 0) / pipeline.settings.batchAlerts;
  return { stepsDone: counts.stepsDone, stepsLeft: known + toCome * stages.length, what: inWords(counts) };
}
