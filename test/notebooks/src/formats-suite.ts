import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { FORMAT_NAMES, FORMATS, type FormatName } from '@lvra/export';
import { notebookPython } from '@lvra/test-servers/tools';
import type { Written } from './proof/write-made.js';

const ROWS = 1_000_000;
const MOST_MEGABYTES = 200;
/** So that the process holds what it needs, and not what V8 has no reason yet to collect. */
const HEAP = '--max-old-space-size=64';

const READERS: Readonly<Record<FormatName, readonly string[]>> = {
  parquet: ['pyarrow', 'pandas', 'polars', 'duckdb', 'astropy'],
  csv: ['pyarrow', 'pandas', 'polars', 'duckdb'],
  ndjson: ['pyarrow', 'pandas', 'polars', 'duckdb'],
  votable: ['astropy'],
};

/** What compare.py says of a file. */
interface Comparison {
  readonly rows: number;
  readonly columns: Readonly<Record<string, { readonly type: string; readonly unequal: number }>>;
}

const PROOF = new URL('../src/proof/', import.meta.url).pathname;
const run = promisify(execFile);

async function write(format: FormatName, file: string, rows: number): Promise<Written> {
  const program = new URL('proof/write-made.js', import.meta.url).pathname;
  return JSON.parse((await run(process.execPath, [HEAP, program, format, file, String(rows)])).stdout) as Written;
}

async function python(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  return (await run(notebookPython(), args, { cwd: PROOF, env })).stdout;
}

describe('a million rows', { timeout: 1_200_000 }, () => {
  let folder: string;
  const fileOf = (format: FormatName) => join(folder, `made.${FORMATS[format].extension}`);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lvra-formats-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const format of FORMAT_NAMES) {
    test(`are written as ${format} in ${MOST_MEGABYTES} MB`, async (t) => {
      const { seconds, cpuSeconds, megabytes } = await write(format, fileOf(format), ROWS);
      t.diagnostic(`${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${megabytes.toFixed(0)} MB`);
      assert.ok(megabytes <= MOST_MEGABYTES, `${megabytes} MB`);
    });

    for (const library of READERS[format]) {
      test(`are read by ${library} from ${format} to the last bit`, async () => {
        const said = await python('compare.py', library, format, fileOf(format), String(ROWS));
        const { rows, columns } = JSON.parse(said) as Comparison;
        assert.equal(rows, ROWS);
        const unequal = Object.entries(columns).filter(([, column]) => column.unequal > 0);
        assert.deepEqual(unequal, []);
        for (const name of ['id', 'any_id', 'rare_id'])
          assert.match(columns[name]!.type, format === 'ndjson' ? /string$/ : /^int64$/, name);
        for (const name of ['bits', 'whole']) assert.equal(columns[name]!.type, 'double', name);
      });
    }
  }

  test('are a VOTable by its schema and IVOA’s rules', async () => {
    await python('votable_rules.py', fileOf('votable'));
  });
});

for (const library of READERS.parquet) {
  test(`a Parquet file without rows is read by ${library}, with its columns`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lvra-formats-'));
    try {
      const file = join(folder, 'made.parquet');
      await write('parquet', file, 0);
      const { rows, columns } = JSON.parse(await python('compare.py', library, 'parquet', file, '0')) as Comparison;
      assert.equal(rows, 0);
      assert.equal(Object.keys(columns).length, 12);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
