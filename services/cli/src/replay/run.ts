import { availableParallelism, constants, setPriority } from 'node:os';
import { StageMisconfigured, StagePaused, UsageError } from '@lvra/shared/errors';
import { suitCollector } from '@lvra/shared/service/garbage';
import { takeLocks } from '@lvra/shared/service/locks';
import { openPipeline, type Pipeline } from '@lvra/shared/service/pipeline';
import { EXIT } from '@lvra/shared/service/program';
import { stopSignal } from '@lvra/shared/service/shutdown';
import { loadSettings } from '@lvra/shared/settings/settings';
import { isStem } from '@lvra/shared/stem';
import { count, counted, print, printTrouble, utc } from '../formats.js';
import { startProgress } from '../progress.js';
import { annotateAgain } from './annotating.js';
import { jobName, jobOf, type ReplayJob, type ReplayOptions } from './job.js';
import { replayable } from './stems.js';
import { Tally } from './tally.js';
import { inThreads } from './threads.js';

/** `lvra replay`: runs a stage again over stored stems. Sets the exit code where something is left. */
export async function replay(options: ReplayOptions): Promise<void> {
  suitCollector();
  const settings = loadSettings();
  const job = await jobOf(options, settings);
  const pipeline = openPipeline(settings, { stages: ['replay'], mode: 'exclusive', command: 'lvra replay' });
  try {
    // What is sent must not meet the Python pipeline's cron job, nor an embedded run.
    const sends = job.stage === 'annotate' && job.annotate;
    const locks = takeLocks(pipeline.paths, sends ? ['annotate'] : [], 'shared', 'lvra replay');
    try {
      await run(pipeline, job);
    } finally {
      locks.release();
    }
  } finally {
    pipeline.close();
  }
}

async function run(pipeline: Pipeline, job: ReplayJob): Promise<void> {
  const { replays } = pipeline.ledger.replay;
  const named = replays.stems(job.vra, job.from, job.to);
  // A row of any other name has no files to work on, now or later.
  const stored = named.filter(({ stem }) => isStem(stem));
  if (stored.length === 0) throw new UsageError(`the ledger knows no stem from ${job.from} to ${job.to}`);
  const ready = replayable(stored, job);
  const { id, begunAt, done } = replays.begin(jobName(job), Date.now());
  const todo = ready.filter((stem) => !done.has(stem));
  if (done.size > 0) print(`goes on with the replay begun at ${utc(begunAt)} UTC: ${counted(done.size, 'stem')} done`);
  if (stored.length < named.length) {
    print(`${count(named.length - stored.length)} rows are left out, whose names are no stems: see \`lvra verify\``);
  }
  if (ready.length < stored.length) {
    print(`not through ${job.stage} yet, so the services' work: ${counted(stored.length - ready.length, 'stem')}`);
  }
  const tally = new Tally(job.stage);
  const signal = stopSignal(() => {});
  const stopped = await work(pipeline, job, id, todo, tally, signal);
  const isWhole = tally.failed.length === 0 && tally.stems === todo.length;
  if (isWhole) replays.end(id, Date.now());
  else process.exitCode = EXIT.failed;
  print(tally.inWords(job, replays.totals(id)));
  if (!isWhole) printTrouble(`${stopped ?? 'not everything is done'}; run the same command again to go on`);
}

/** @returns why it was stopped, in words; undefined where it came to its end */
async function work(
  pipeline: Pipeline,
  job: ReplayJob,
  replayId: bigint,
  todo: readonly string[],
  tally: Tally,
  signal: AbortSignal,
): Promise<string | undefined> {
  const progress = startProgress();
  const onResult: Parameters<typeof annotateAgain>[4] = (stem, result) => {
    const failure = tally.add(stem, result);
    if (failure !== undefined) progress.say(failure);
    progress.show({ stepsDone: tally.stems, stepsLeft: todo.length - tally.stems, what: tally.soFar() });
  };
  try {
    if (job.stage === 'annotate') await annotateAgain(pipeline, job, replayId, todo, onResult, signal);
    else {
      // The services go first; what they leave is the replay's, all of it.
      setPriority(constants.priority.PRIORITY_LOW);
      const { root: dataRoot } = pipeline.paths;
      await inThreads(todo, availableParallelism(), { job, replayId, dataRoot }, onResult, signal);
    }
    return signal.aborted ? 'stopped' : undefined;
  } catch (error) {
    if (error instanceof StagePaused || error instanceof StageMisconfigured) return error.message;
    throw error;
  } finally {
    progress.end();
  }
}
