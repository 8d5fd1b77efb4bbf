import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFeatureFile } from '@lvra/predict/feature-file';
import { Model } from '@lvra/predict/model';
import { InferenceSession, Tensor } from '@lvra/predict/onnxruntime';
import { MODELS, runImportPython, writeTrainingTable } from '@lvra/predict/testing/import-command';

/** What one way of scoring the same rows does on one core. */
export interface ScoringResult {
  readonly way: string;
  /** Rows over the CPU time of this process, user and system: what a core does that others do not disturb. */
  readonly rowsPerCpuSecond: number;
  /** By the clock, in the quickest of the repetitions. */
  readonly rowsPerSecond: number;
}

export interface Scoring {
  readonly rows: number;
  readonly features: number;
  readonly ways: readonly ScoringResult[];
}

const ROWS = 10_000;
const REPETITIONS = 20;
const WARMING_UP = 3;
const PROGRAM = new URL('../scoring_model.py', import.meta.url).pathname;

/** Scores 10,000 rows of 80 features with 50 trees: as onnxruntime alone does, as the predict stage does, with CSV. */
export async function measureScoring(): Promise<Scoring> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-scoring-'));
  try {
    const path = await importedModel(folder);
    const csv = join(folder, 'features.csv');
    const model = await Model.load(path);
    const { features, input } = model.manifest;
    const { values, rows } = await readFeatureFile(csv, features, input);
    const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    const feeds = { X: new Tensor('float64', values as Float64Array, [rows, features.length]) };
    const ways = [
      await measure('onnxruntime alone, tensor to probabilities', () => session.run(feeds, ['probabilities'])),
      await measure('predict stage, table to scores', () => model.score(values, rows)),
      await measure('predict stage, CSV to table', () => readFeatureFile(csv, features, input)),
      await measure('predict stage, CSV to scores', async () => {
        const table = await readFeatureFile(csv, features, input);
        return model.score(table.values, table.rows);
      }),
    ];
    await session.release();
    await model.close();
    return { rows, features: features.length, ways };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A model as a team would bring it: trained in Python, then imported. @returns the path of its .onnx file */
async function importedModel(folder: string): Promise<string> {
  const table = join(folder, 'table');
  await writeTrainingTable(table, 3_000);
  await runImportPython(PROGRAM, table, String(ROWS), folder);
  const args = [join(folder, 'bench.joblib'), '--vra', 'r0b', '--model-version', 'bench', '--out', folder];
  await promisify(execFile)(`${MODELS}import`, args);
  return join(folder, 'r0b_bench.onnx');
}

async function measure(way: string, score: () => Promise<unknown>): Promise<ScoringResult> {
  for (let round = 0; round < WARMING_UP; round += 1) await score();
  let quickest = Number.POSITIVE_INFINITY;
  const before = process.cpuUsage();
  for (let round = 0; round < REPETITIONS; round += 1) {
    const begun = performance.now();
    await score();
    quickest = Math.min(quickest, performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    way,
    rowsPerCpuSecond: (ROWS * REPETITIONS) / ((user + system) / 1e6),
    rowsPerSecond: (ROWS * 1000) / quickest,
  };
}
