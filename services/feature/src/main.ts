import type { CreateTask } from '@lvra/shared/service/pipeline';
import { isProgram, runProgram } from '@lvra/shared/service/program';
import { serveStage } from '@lvra/shared/service/serve';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { featureSet } from './feature-sets.js';
import { createFeatureTask } from './feature-stage.js';

/** @throws UsageError where the VRA wants features that nobody makes */
export const createTask: CreateTask = ({ ledger, paths, settings, vra, log, metrics }) =>
  createFeatureTask({
    ...{ ledger, paths, log, metrics },
    work: ledger.work('feature', vra.modelName),
    vra: vra.modelName,
    set: featureSet(vra.features),
    siblings: settings.vras
      .filter((other) => other.features === vra.features && other.modelName !== vra.modelName)
      .map(({ modelName }) => modelName),
  });

/** Runs the feature service, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('feature', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-feature', () => serve(loadSettings()));
