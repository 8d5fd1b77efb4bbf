import { existsSync } from 'node:fs';
import { UsageError } from '@lvra/shared/errors';
import type { CreateTask } from '@lvra/shared/service/pipeline';
import { isProgram, runProgram } from '@lvra/shared/service/program';
import { serveStage } from '@lvra/shared/service/serve';
import { LiveVra } from '@lvra/shared/settings/live-vra';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { modelNames } from './model-files.js';
import { createPredictTask } from './predict-stage.js';

/** @throws UsageError if there is no model at all at MODEL_PATH */
export const createTask: CreateTask = ({ ledger, paths, settings, vra, metrics, log }) => {
  const { modelName: name, modelPath } = vra;
  if (!isReadable(modelPath) && modelNames(modelPath).length === 0) {
    throw new UsageError(
      `the model of ${name} cannot be read: there is no .onnx file at ${modelPath}; check MODEL_PATH`,
    );
  }
  const live = new LiveVra(vra, settings.profile);
  return createPredictTask({
    ledger,
    work: ledger.work('predict', name),
    paths,
    vra: name,
    features: vra.features,
    wanted: () => {
      const { modelVersion: version, modelPath: path, annotate } = live.read();
      return { model: { name, version, path }, annotate, problem: live.problem };
    },
    metrics,
    log,
  });
};

function isReadable(path: string): boolean {
  return path.endsWith('.onnx') && existsSync(path);
}

/** Runs the predict service, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('predict', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-predict', () => serve(loadSettings()));
