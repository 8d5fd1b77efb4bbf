import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bodyOf, triageScores } from '@lvra/annotate';
import type { Score } from '@lvra/ledger';
import { explainerOf, Model, readFeatureFile } from '@lvra/model';
import { featureFileOf } from './features.js';
import type { HotPath, Input } from './hot-path.js';

const MODEL = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo.onnx', import.meta.url));
const ROWS = 10_000;
const R0B = {
  topic: 'r0b_lvra',
  explanation: 'r0b - Real Or Bogus Classifier',
  url: 'https://lasairvras.github.io/lvra-doc/r0b.html',
};

/** A feature file to the table of a model, and 10,000 rows of it, over and over, through onnxruntime in one run; and why a row has its score. */
export async function scorePaths(given: Input): Promise<HotPath[]> {
  const model = await Model.load(MODEL);
  const { features, input } = model.manifest;
  const file = await featureFileOf(given);
  const table = await readFeatureFile(file, model.manifest);
  const values = new (input === 'float' ? Float32Array : Float64Array)(ROWS * features.length);
  for (let at = 0; at < values.length; at += table.values.length) {
    values.set(table.values.subarray(0, values.length - at), at);
  }
  const explainer = explainerOf(readFileSync(MODEL), model.manifest);
  const background = (model.manifest.sample ?? []).map((row) => Float64Array.from(row, (value) => value ?? Number.NaN));
  const rows = Array.from({ length: table.rows }, (_, row) =>
    Float64Array.from(table.values.subarray(row * features.length, (row + 1) * features.length)),
  );
  return [
    {
      name: `feature file to the ${features.length} columns of a model`,
      alerts: table.rows,
      run: () => readFeatureFile(file, model.manifest),
    },
    {
      name: 'the same, with numbers as pandas reads them',
      alerts: table.rows,
      run: () => readFeatureFile(file, { ...model.manifest, numbers: 'pandas' }),
    },
    { name: 'table to scores, demonstration model', alerts: ROWS, run: () => model.score(values, ROWS) },
    {
      name: `explanation of a score, demonstration model, against ${background.length} rows`,
      alerts: rows.length,
      run: () => rows.map((row) => explainer.explain(row, background)),
    },
  ];
}

/** The scores of a stem to the JSON of one list call. */
export function annotationPaths({ alerts }: Input): HotPath[] {
  const scores = alerts.map((_, place): Score => {
    const id = BigInt(place + 1);
    const score = { diaSourceId: 170_000_000_000_000_000n + id, score: 1 / (place + 2), modelVersion: 'bench' };
    const flags = [5, 3, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0];
    const rest = { flags, receivedMs: 1_776_816_000_000, isSuperseded: false, history: [] };
    return { ...score, ...rest, id, diaObjectId: 169_000_000_000_000_000n + id };
  });
  const run = async () => {
    const { sendable } = await triageScores({ scores, seen: 0n }, '20260422_000000', R0B, async () => new Set());
    if (sendable.length !== scores.length) throw new Error(`${sendable.length} of ${scores.length} can be sent`);
    return bodyOf(
      'annotatelist',
      sendable.map(({ json }) => json),
    );
  };
  return [{ name: 'scores to the JSON of a list call', alerts: scores.length, run }];
}
