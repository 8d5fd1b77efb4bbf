import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Engine } from './engine.js';

export const LEDGER_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** Every test of what any engine must do, by its path in the ledger's folder; those of a move know two. */
export const SUITE = readdirSync(LEDGER_FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.test.js') && !/^(sqlite|postgres|move)\//.test(file) && file !== 'conformance.test.js',
);

/** The folders of the suite, '.' among them: each is run by a test file of its own, so that several run at once. */
export const SUITE_FOLDERS = [...new Set(SUITE.map((file) => dirname(file).split('/')[0] as string))].sort();

/** Runs the tests of a folder on an engine. */
export function holdsOn({ name, serve }: Engine, folder: string): void {
  test(`the suite of the ledger holds on ${name}: ${folder}`, (t) => run(t, folder, name, serve));
}

async function run(t: TestContext, folder: string, name: string, serve: Engine['serve']): Promise<void> {
  const { environment, stop } = await serve();
  t.after(stop);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const files = SUITE.filter((file) => dirname(file).split('/')[0] === folder).map((file) => join(LEDGER_FOLDER, file));
  const options = { env: { ...env, ...environment, LEDGER_ENGINE: name }, maxBuffer: 100_000_000 };
  try {
    await promisify(execFile)(process.execPath, ['--test', '--test-concurrency=2', ...files], options);
  } catch (error) {
    // What failed stands in its output alone.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`, { cause: error });
  }
}
