import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of the model import. */
export const MODELS = new URL('../../../../deploy/models/', import.meta.url).pathname;

/** The Python of the model import: scikit-learn and what goes with it. `make setup` installs it. */
export async function importPython(): Promise<string> {
  const { stdout } = await run(`${MODELS}environment.sh`, [`${MODELS}requirements.txt`]);
  return stdout.trim();
}

/**
 * Runs a Python program of `deploy/models` that may import `model_import`.
 *
 * @throws Error with what it printed where it fails
 */
export async function runImportPython(...args: string[]): Promise<string> {
  // One thread each: the tests beside this one need the cores too.
  const env = { ...process.env, PYTHONPATH: MODELS, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
  const { stdout } = await run(await importPython(), args, { env, maxBuffer: 1 << 26 });
  return stdout;
}

/** Simulated alerts through the feature stage: feature files and `truth.csv` in a folder. */
export async function writeTrainingTable(folder: string, alerts: number): Promise<void> {
  await run(process.execPath, [`${MODELS}demo/training-table.mjs`, '20260422', String(alerts), folder]);
}
