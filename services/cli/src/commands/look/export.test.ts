import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runPython } from '@lvra/core/testing/python';
import { NIGHT_TABLES } from '@lvra/export';
import { nightAt } from '@lvra/operations';
import { ScoredNights } from '../../testing/scored-nights.js';

type Cell = string | number | boolean | null;
type Row = Readonly<Record<string, Cell>>;

/** Python files are not compiled: they stay in src/. */
const SCRIPT = fileURLToPath(new URL('../../../src/commands/look/testing/expected_export.py', import.meta.url));

/** Of the day before too, as a night may begin while the alerts come. */
const FROM = nightAt(Date.now() - 86_400_000);
const TO = nightAt(Date.now() + 86_400_000);

const SCORED = ScoredNights.empty({ after }).then(async (nights) => {
  nights.addShadow();
  return nights.simulate(300, 60);
});

function lvraExport(nights: ScoredNights, table: string, out: string, ...options: string[]) {
  const words = ['export', table, '--from', FROM.name, '--to', TO.name, '--out', join(nights.root, out), ...options];
  return nights.run(words);
}

/** The rows of lines of JSON, as Python reads them, ids as text. */
function rowsOf(nights: ScoredNights, out: string, table: string): Row[] {
  return JSON.parse(
    runPython(
      `
import glob, json, sys
rows = [json.loads(line) for path in sorted(glob.glob(sys.argv[1] + '/night=*.ndjson')) for line in open(path)]
print(json.dumps(rows))`,
      '',
      join(nights.root, out, table),
    ),
  );
}

describe('lvra export', { concurrency: 2 }, () => {
  for (const table of Object.keys(NIGHT_TABLES)) {
    test(`writes ${table} as Python reads them in the ledger and the files`, async () => {
      const nights = await SCORED;
      const { code, stdout, stderr } = await lvraExport(nights, table, 'all', '--format', 'ndjson');
      assert.equal(code, 0, stderr + stdout);
      const found = rowsOf(nights, 'all', table);
      const script = readFileSync(SCRIPT, 'utf8');
      const expected = JSON.parse(runPython(script, '', nights.paths.root, FROM.from, TO.before))[table] as Row[];
      assert.ok(expected.length > 200, `${expected.length} rows`);
      assert.equal(found.length, expected.length);
      assert.match(stdout, /^\d{8} {2}[\d,]+ rows?, [\d.]+ [kM]B: .*\/night=\d{8}\.ndjson$/m);
      for (const [at, row] of expected.entries()) {
        const names = Object.keys(row).filter((name) => found[at]?.[name] !== undefined || row[name] !== null);
        assert.deepEqual(Object.fromEntries(names.map((name) => [name, found[at]?.[name] ?? null])), row, `row ${at}`);
      }
    });
  }
});
