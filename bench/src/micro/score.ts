import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFeatureFile } from '@lvra/predict/feature-file';
import { Model } from '@lvra/predict/model';
import { featureFileOf } from './feature-file.js';
import type { HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';

export const DEMONSTRATION_MODEL = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo.onnx', import.meta.url));

const ROWS = 10_000;

/** 10,000 rows through onnxruntime in one run; the rows of the alerts, over and over. */
export async function scorePaths({ name, alerts }: Input): Promise<HotPaths> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-micro-'));
  const model = await Model.load(DEMONSTRATION_MODEL);
  try {
    const { features, input } = model.manifest;
    const table = await readFeatureFile(await featureFileOf(alerts, folder), features, input);
    const values =
      input === 'float' ? new Float32Array(ROWS * features.length) : new Float64Array(ROWS * features.length);
    for (let at = 0; at < values.length; at += table.values.length) {
      values.set(table.values.subarray(0, values.length - at), at);
    }
    const run = () => model.score(values, ROWS);
    return {
      paths: [{ group: 'score', name: 'table to scores, demonstration model', input: name, alerts: ROWS, run }],
      close: () => model.close(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
