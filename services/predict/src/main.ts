import { accessSync, constants } from 'node:fs';
import { messageOf, UsageError } from '@lvra/shared/errors';
import type { CreateTask } from '@lvra/shared/service/pipeline';
import { isProgram, runProgram } from '@lvra/shared/service/program';
import { serveStage } from '@lvra/shared/service/serve';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { createPredictTask } from './predict-stage.js';

/** @throws UsageError where the model's file cannot be read */
export const createTask: CreateTask = ({ ledger, paths, vra, log }) => {
  const { modelName: name, modelVersion: version, modelPath } = vra;
  try {
    accessSync(modelPath, constants.R_OK);
  } catch (error) {
    throw new UsageError(`the model of ${name} cannot be read: ${messageOf(error)}; check MODEL_PATH`);
  }
  return createPredictTask({
    ledger,
    work: ledger.work('predict', name),
    paths,
    vra: { name, version, modelPath },
    log,
  });
};

/** Runs the predict service, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('predict', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-predict', () => serve(loadSettings()));
