import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { changing } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from './testing/run-lvra.js';

const STEM = '20260301_000001';
const SECRET = 'a-token-of-the-account';

describe('what the ledger says of an alert in quarantine leads to no file outside of it', () => {
  const { folder, remove } = temporaryFolder();
  const root = join(folder, 'data');
  const paths = dataPaths(root);
  const environment = { LVRA_DATA_ROOT: root };
  const outside = join(folder, 'env');
  const numbers = new Map<string, bigint>();

  /** An alert in quarantine, whose bytes are said to be there. */
  async function add(what: string, path: string): Promise<void> {
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
    const position = numbers.size;
    const at = { stem: STEM, stage: 'consumer', position } as const;
    const entry = { ...at, reason: 'not_json', detail: what, path, bytes: 9, at: Date.now() } as const;
    await changing(ledger, (tx) => ledger.quarantine.add(tx, [entry]));
    numbers.set(what, (await ledger.quarantine.list()).at(-1)?.id as bigint);
    await ledger.close();
  }

  before(async () => {
    mkdirSync(root);
    assert.equal((await runLvra(['init'], environment)).code, 0);
    writeFileSync(outside, `{"diaObjectId": "${SECRET}"}`);
    const file = paths.quarantined(STEM, 'consumer', 1);
    mkdirSync(join(file, '..'), { recursive: true });
    symlinkSync(outside, `${file}.link`);
    symlinkSync(folder, join(root, 'quarantine', 'folder'));
    writeFileSync(file, 'not an alert \x1b[31m');
    await add('an absolute path', `/../../../../../../..${outside}`);
    await add('dots', '../env');
    await add('dots behind the folder', 'quarantine/../../env');
    await add('a link', relative(root, `${file}.link`));
    await add('a link to a folder', 'quarantine/folder/env');
    await add('another file of the data folder', 'db/log.db');
    await add('a folder', 'quarantine/2026');
    await add('the folder itself', 'quarantine');
    await add('nothing', 'quarantine/2026/none.raw');
    await add('a file of it', relative(root, file));
  });
  after(remove);

  test('lvra quarantine show shows none of it', async () => {
    for (const [what, id] of numbers) {
      const { code, stdout, stderr } = await runLvra(['quarantine', 'show', String(id)], environment);
      assert.ok(!(stdout + stderr).includes(SECRET), what);
      assert.equal(code, what === 'a file of it' ? 0 : 2, `${what}: ${stdout}${stderr}`);
      if (code === 2)
        assert.match(
          stderr,
          /is not a file of .*quarantine.*not read|the file with the bytes of the alert, .*, is gone/,
          what,
        );
    }
  });

  test('lvra quarantine replay reads none of it', async () => {
    for (const [what, id] of numbers) {
      if (what === 'a file of it') continue;
      const { code, stdout, stderr } = await runLvra(['quarantine', 'replay', String(id)], {
        ...environment,
        LVRA_SOURCE: 'none',
        LVRA_DRY_RUN: 'yes',
      });
      assert.equal(code, 2, `${what}: ${stdout}${stderr}`);
    }
    const batches = readdirSync(join(root, 'JSON'), { recursive: true, encoding: 'utf8' });
    for (const file of batches.filter((name) => name.endsWith('.json'))) {
      assert.ok(!readFileSync(join(root, 'JSON', file), 'utf8').includes(SECRET), file);
    }
  });

  test('and a quarantine folder that is itself a link, to another volume for instance, is used as before', async () => {
    renameSync(join(root, 'quarantine'), join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(root, 'quarantine'));
    const { code, stdout } = await runLvra(['quarantine', 'show', String(numbers.get('a file of it'))], environment);
    assert.equal(code, 0);
    assert.match(stdout, /not an alert \\x1b\[31m/);
    rmSync(join(root, 'quarantine'));
  });
});
