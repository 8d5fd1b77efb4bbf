import { assertNotDemoModel, LiveVra, loadSettings, refusedVersion, type Settings } from '@lvra/config';
import { isProgram, runProgram, type StageSetup, type StageTask, serveStage } from '@lvra/runtime';
import { createAnnotateTask } from './annotate-stage.js';

/** The same timeout as Lasair's own client. */
const TIMEOUT_MS = 60_000;

/** @throws UsageError if the demonstration model would annotate at Lasair's own servers */
export function createTask(setup: StageSetup): StageTask {
  assertNotDemoModel(setup.settings, setup.vra);
  const { settings, vra, ledger, paths, metrics, log, owner } = setup;
  const name = vra.modelName;
  const settingsNow = new LiveVra(vra, settings.profile);
  return createAnnotateTask({
    ...{ ledger, metrics, log, owner },
    work: ledger.work('annotate', name),
    vra: {
      name,
      topic: vra.topicOut,
      explanation: vra.explanation,
      url: vra.url,
      history: vra.history,
      refusedVersion: refusedVersion(settings),
    },
    live: () => {
      const { modelVersion: version, lowestScore, annotate } = settingsNow.read();
      return { version, lowestScore, annotate };
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
}

/** Runs the annotate service, for all VRAs or for one, until SIGTERM or SIGINT. */
export async function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('annotate', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-annotate', () => serve(loadSettings()));
