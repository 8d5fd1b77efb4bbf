import { createTask } from '@lvra/annotate/main';
import { createLogger, logNameOf } from '@lvra/shared/observe/log';
import type { Pipeline } from '@lvra/shared/service/pipeline';
import { vraOf } from '@lvra/shared/settings/stage-vras';
import type { ReplayJob } from './job.js';
import { resultOf, type StepResult } from './step.js';

/** The running services keep at least this share of the hour's calls. */
const SHARE_OF_SERVICES = 0.5;

/**
 * Annotates stems once more, one after the other, until `signal` is aborted; or writes down what would be sent.
 *
 * @throws StagePaused where Lasair, or the budget, asks to wait; StageMisconfigured
 */
export async function annotateAgain(
  pipeline: Pipeline,
  job: ReplayJob,
  replayId: bigint,
  stems: readonly string[],
  onResult: (stem: string, result: StepResult) => void,
  signal: AbortSignal,
): Promise<void> {
  const { settings, paths, ledger } = pipeline;
  const vra = vraOf(settings, job.vra);
  const log = createLogger(paths, logNameOf('annotate', job.vra), { stdout: false, level: settings.logLevel });
  const annotateCallsPerHour = Math.max(Math.floor(settings.annotateCallsPerHour * (1 - SHARE_OF_SERVICES)), 1);
  const dryRun = settings.dryRun || !job.annotate;
  const task = createTask({ ...pipeline, settings: { ...settings, annotateCallsPerHour, dryRun }, vra, log });
  try {
    for (const stem of stems) {
      if (signal.aborted) return;
      const begun = performance.now();
      const step = () => ({ replayId, stem, vra: job.vra, at: Date.now(), durationMs: performance.now() - begun });
      const perform = async () => {
        const { sent, rejected } = await task.again(stem, signal);
        const refused = rejected > 0 ? `, ${rejected} refused by Lasair` : '';
        const detail = dryRun ? 'replayed: written to dryrun/' : `replayed: sent again${refused}`;
        return ledger.replay.recordSent(step(), sent, detail);
      };
      onResult(stem, await resultOf(perform, () => ledger.replay.recordMissing(step(), 'annotate')));
    }
  } finally {
    await task.close?.();
  }
}
