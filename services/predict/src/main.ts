import { existsSync } from 'node:fs';
import { LiveVra, loadSettings, type Settings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import { modelNames } from '@lvra/model';
import { type CreateTask, isProgram, runProgram, serveStage } from '@lvra/runtime';
import { createPredictTask } from './predict-stage.js';

/** @throws UsageError if there is no model at all at MODEL_PATH */
export const createTask: CreateTask = ({ ledger, folder, settings, vra, metrics, log }) => {
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
    folder,
    vra: name,
    features: vra.features,
    provider: settings.predictProvider,
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
export async function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('predict', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-predict', () => serve(loadSettings()));
