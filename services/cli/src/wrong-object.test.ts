import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Ledger } from '@lvra/ledger';
import { rowsIn } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { runLvra } from './testing/run-lvra.js';

const PROJECT = new URL('../../../', import.meta.url).pathname;
/** Makes a stem whose feature file has the same diaObjectId in every row, as the Python feature maker once did. */
const MAKE = join(PROJECT, '../shared/cases/python-csv-wrong-object/make.sh');

test('a feature file whose rows name two objects is not scored, and is once it was made again', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-wrong-object-'));
  t.after(() => rmSync(root, { recursive: true }));
  const paths = dataPaths(root);
  const made = await promisify(execFile)('sh', [MAKE], {
    cwd: PROJECT,
    env: { ...process.env, LVRA_DATA_ROOT: root },
  });
  const lines = made.stdout.matchAll(/^feature file: diaObjectId (\d+) source (\d+) of (\d+)$/gm);
  const rows = [...lines].map(([, object, source, truth]) => ({ object, source, truth }));
  assert.ok(rows.length >= 2 && rows.some(({ object, truth }) => object !== truth));
  const environment = { LVRA_DATA_ROOT: root, LASAIR_LSST_TOKEN: 'x', LVRA_DRY_RUN: 'yes' };
  const lvra = (...words: string[]) => runLvra(words, environment);
  const look = async <T extends object>(sql: string): Promise<T[]> => {
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    try {
      return await rowsIn<T>(ledger, sql);
    } finally {
      await ledger.close();
    }
  };
  const [{ stem } = { stem: '' }] = await look<{ stem: string }>('SELECT stem FROM predict');
  const dryRuns = () => readdirSync(join(root, 'dryrun'), { recursive: true }).length;
  const before = dryRuns();

  const refused = await lvra('run', '--once', '--source', 'none');
  assert.equal(refused.code, 1);
  const words = /has the wrong ids: .*`(lvra retry .* --force)`, then `(lvra retry .*?)`/.exec(refused.stderr);
  assert.ok(words, refused.stderr);
  assert.deepEqual(await look('SELECT r0b FROM predict'), [{ r0b: 30n }]);
  assert.deepEqual(await look('SELECT * FROM provenance'), []);
  assert.equal(dryRuns(), before);

  assert.ok(words[0].includes(stem));
  for (const advice of words.slice(1)) {
    const { code, stderr } = await lvra(...(advice as string).split(' ').slice(1));
    assert.equal(code, 0, stderr);
  }
  const again = await lvra('run', '--once', '--source', 'none');
  assert.equal(again.code, 0, again.stderr);
  const scored = await look<{ diaObjectId: bigint; diaSourceId: bigint }>(
    'SELECT diaObjectId, diaSourceId FROM provenance',
  );
  const pairs = (list: string[]) => list.sort();
  assert.deepEqual(
    pairs(scored.map(({ diaObjectId, diaSourceId }) => `${diaObjectId} ${diaSourceId}`)),
    pairs(rows.map(({ truth, source }) => `${truth} ${source}`)),
  );
});
