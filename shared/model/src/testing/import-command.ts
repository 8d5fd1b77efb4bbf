import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the model import. */
export const MODEL_IMPORT = new URL('../../../../model-import/', import.meta.url).pathname;
const TRAINING_TABLE = new URL('../../../../deploy/models/demo/training-table.mjs', import.meta.url).pathname;

/** The Python of the model import: scikit-learn and what goes with it. `make setup` installs it. */
export async function importPython(): Promise<string> {
  const { stdout } = await run(`${MODEL_IMPORT}environment.sh`, [`${MODEL_IMPORT}requirements.txt`]);
  return stdout.trim();
}

/**
 * Runs a Python program that may import `model_import`.
 *
 * @throws Error with its output if it fails
 */
export async function runImportPython(...args: string[]): Promise<string> {
  // One thread each: other tests need the cores, too.
  const env = { ...process.env, PYTHONPATH: MODEL_IMPORT, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
  const { stdout } = await run(await importPython(), args, { env, maxBuffer: 1 << 26 });
  return stdout;
}

/** Simulated alerts through the feature stage: feature files and `truth.csv` in a folder. */
export async function writeTrainingTable(folder: string, alerts: number): Promise<void> {
  await run(process.execPath, [TRAINING_TABLE, '20260422', String(alerts), folder]);
}
