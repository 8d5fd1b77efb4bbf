import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ENGINE, ENGINES } from './testing/engines.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** Every test of what any engine must do; those of a move know two. */
const SUITE = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.test.js') && !/^(sqlite|postgres|move)\//.test(file) && file !== 'conformance.test.js',
);

/** The ways by which a test would get hold of SQLite, or of its file. */
const OF_ONE_ENGINE =
  /\bfrom '[^']*(?:sqlite|postgres|\/python|large-ledger\.js)[^']*'|\bmakePythonLedger\b|\bLedger\.open\(|\bledgerPath\b/;

describe('the suite of the ledger', () => {
  test('asks every engine the same: no test of it knows one', () => {
    assert.ok(SUITE.length > 20, `${SUITE.length} files`);
    const found = SUITE.flatMap((file) => {
      const way = OF_ONE_ENGINE.exec(readFileSync(join(FOLDER, file), 'utf8'));
      return way ? [`${file}: ${way[0]}; take the engine under test (testing/ledgers.ts), or go to sqlite/`] : [];
    });
    assert.deepEqual(found, []);
  });

  // A run on a named engine is one of these, or what somebody asked for: it is not to begin the others.
  const further = process.env.LEDGER_ENGINE === undefined ? ENGINES.filter((each) => each !== ENGINE) : [];
  for (const { name, serve } of further) {
    test(`holds on ${name}`, async (t) => {
      const { environment, stop } = await serve();
      t.after(stop);
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const files = SUITE.map((file) => join(FOLDER, file));
      const options = { env: { ...env, ...environment, LEDGER_ENGINE: name }, maxBuffer: 100_000_000 };
      const run = promisify(execFile)(process.execPath, ['--test', '--test-concurrency=2', ...files], options);
      // What failed stands in its output alone.
      await run.catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${error.stdout}${error.stderr}`);
      });
    });
  }
});
