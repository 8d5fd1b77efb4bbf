import type { CreateTask } from '@lvra/shared/service/pipeline';
import { isProgram, runProgram } from '@lvra/shared/service/program';
import { serveStage } from '@lvra/shared/service/serve';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { createFeatureTask } from './feature-stage.js';

export const createTask: CreateTask = ({ ledger, paths, vra, log, metrics }) =>
  createFeatureTask({ ledger, work: ledger.work('feature', vra.modelName), paths, vra: vra.modelName, log, metrics });

/** Runs the feature service, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('feature', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-feature', () => serve(loadSettings()));
