import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ENGINES } from './testing/engines.js';
import { LEDGER_FOLDER, SUITE, SUITE_FOLDERS } from './testing/suite.js';

/** The ways by which a test would get hold of SQLite, or of its file. */
const OF_ONE_ENGINE =
  /\bfrom '[^']*(?:sqlite|postgres|\/python|large-ledger\.js)[^']*'|\bmakePythonLedger\b|\bLedger\.open\(|\bledgerPath\b/;

describe('the suite of the ledger', () => {
  test('asks every engine the same: no test of it knows one', () => {
    assert.ok(SUITE.length > 20, `${SUITE.length} files`);
    const found = SUITE.flatMap((file) => {
      const way = OF_ONE_ENGINE.exec(readFileSync(join(LEDGER_FOLDER, file), 'utf8'));
      return way ? [`${file}: ${way[0]}; take the engine under test (testing/ledgers.ts), or go to sqlite/`] : [];
    });
    assert.deepEqual(found, []);
  });

  test('is run on every engine, all of its folders', () => {
    for (const { name } of ENGINES.slice(1)) {
      for (const folder of SUITE_FOLDERS) {
        const path = join(LEDGER_FOLDER, name, 'suite', `${folder === '.' ? 'top' : folder}.test.js`);
        assert.ok(existsSync(path), `there is no ${path}: make one as the others beside it`);
        assert.ok(readFileSync(path, 'utf8').includes(`, '${folder}')`), `${path} runs another folder`);
      }
    }
  });
});
