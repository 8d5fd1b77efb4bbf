import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ENGINE, ENGINES } from './testing/engines.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** Every test of what any engine must do. */
const SUITE = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.test.js') && !file.startsWith('sqlite/') && file !== 'conformance.test.js',
);

/** The ways by which a test would get hold of SQLite, or of its file. */
const OF_ONE_ENGINE =
  /\bfrom '[^']*(?:sqlite|\/python|large-ledger\.js)[^']*'|\bmakePythonLedger\b|\bLedger\.open\(|\bledgerPath\b/;

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
  for (const { name } of further) {
    test(`holds on ${name}`, () => {
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const files = SUITE.map((file) => join(FOLDER, file));
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', ...files], {
        env: { ...env, LEDGER_ENGINE: name },
        encoding: 'utf8',
        maxBuffer: 100_000_000,
      });
      assert.equal(status, 0, `${stdout}${stderr}`);
    });
  }
});
