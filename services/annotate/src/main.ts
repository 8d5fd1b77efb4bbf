import { UsageError } from '@lvra/shared/errors';
import type { CreateTask, StageSetup } from '@lvra/shared/service/pipeline';
import { isProgram, runProgram } from '@lvra/shared/service/program';
import { serveStage } from '@lvra/shared/service/serve';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { createAnnotateTask } from './annotate-stage.js';

/** As long as Lasair's own client waits for an answer. */
const TIMEOUT_MS = 60_000;

export const createTask: CreateTask = (setup) => {
  const refusedVersion = isForTheTeamAlone(setup.settings) ? DEMONSTRATION : undefined;
  if (setup.vra.modelVersion === refusedVersion) refuseDemonstration(setup);
  const { settings, vra, ledger, paths, metrics, log, owner } = setup;
  const name = vra.modelName;
  return createAnnotateTask({
    ...{ ledger, metrics, log, owner },
    work: ledger.work('annotate', name),
    vra: {
      name,
      version: vra.modelVersion,
      topic: vra.topicOut,
      explanation: vra.explanation,
      url: vra.url,
      lowestScore: vra.lowestScore,
      history: vra.history,
      refusedVersion,
    },
    lasair: { endpoint: settings.endpoint, token: settings.token, tokenVariable: settings.tokenVariable },
    dryRun: settings.dryRun ? { path: (stem) => paths.dryRun(stem, name) } : undefined,
    limits: {
      listSize: {
        first: settings.annotateListSize,
        smallest: settings.annotateListSmallest,
        largest: settings.annotateListLargest,
      },
      callsPerHour: settings.annotateCallsPerHour,
      slowMs: settings.annotateSlowSeconds * 1_000,
      timeoutMs: TIMEOUT_MS,
    },
  });
};

/** The MODEL_VERSION of the model that ships. */
const DEMONSTRATION = 'demo';

/**
 * Lasair keeps one annotation an object and topic: scores of the demonstration model would take the place of the
 * team's, for good. That holds also for those that wait from before the team's model was set.
 */
function isForTheTeamAlone({ profile, endpoint, token, dryRun }: Settings): boolean {
  const isLasair = endpoint !== undefined && new URL(endpoint).hostname.endsWith('.lsst.ac.uk');
  return profile === 'production' && isLasair && token !== undefined && !dryRun;
}

function refuseDemonstration({ settings, vra }: StageSetup): never {
  throw new UsageError(
    `the demonstration model must not annotate at ${settings.endpoint}: set MODEL_PATH and MODEL_VERSION of ` +
      `${vra.modelName} to the team's model, or LVRA_DRY_RUN=yes, or LVRA_${vra.modelName.toUpperCase()}_ANNOTATE=no`,
  );
}

/** Runs the annotate service, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('annotate', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-annotate', () => serve(loadSettings()));
