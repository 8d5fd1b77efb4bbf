import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nightOf, stemOf } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { changing } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const DONE = '20260101_000000';
const UNFINISHED = '20260102_000000';

function write(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, 'content');
}

describe('keeping a data folder', () => {
  const { folder, remove } = temporaryFolder();
  const environment = { LVRA_DATA_ROOT: folder };
  const paths = dataPaths(folder);
  const today = stemOf(new Date());

  before(async () => {
    makePythonLedger(paths.database, [statusRows(DONE, 1, 1, 1), statusRows(UNFINISHED, 1, 1, 0)].join('\n'));
    for (const stem of [DONE, UNFINISHED, today]) {
      for (const path of [paths.batch(stem), paths.features(stem), paths.features(stem, 'own'), paths.cutouts(stem)])
        write(path);
      write(paths.quarantined(stem, 'feature', 3));
      write(join(paths.logs(nightOf(new Date(`${stem.slice(0, 4)}-01-01T00:00:00Z`))), 'run.log'));
    }
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    for (const stem of [DONE, UNFINISHED, today]) {
      const path = relative(folder, paths.quarantined(stem, 'feature', 3));
      const entry = { stem, stage: 'feature', position: 3, reason: 'not_json', detail: '', path, bytes: 7 } as const;
      await changing(ledger, (tx) => ledger.quarantine.add(tx, [{ ...entry, at: Date.now() }]));
    }
    await ledger.close();
    write(join(folder, 'models', 'r0b_a1.onnx'));
    write(join(folder, 'notes.txt'));
  });
  after(remove);

  test('lvra prune says what would go, and removes nothing', async () => {
    const { code, stdout } = await runLvra(['prune', '--older-than', '90d'], environment);
    assert.equal(code, 0);
    assert.match(stdout, /^JSON\/2026\/20260101 +1 +7 B$/m);
    assert.match(stdout, /^csv_own\/2026\/20260101/m);
    assert.match(stdout, /^20260102 stays: stems of it are not done/m);
    assert.match(stdout, /Nothing is removed without --yes/);
    assert.doesNotMatch(stdout, new RegExp(today.slice(0, 8)));
    assert.ok(existsSync(paths.batch(DONE)));
  });

  test('lvra prune --yes removes old nights that are done, and nothing else', async () => {
    const { code, stdout } = await runLvra(['prune', '--older-than', '90d', '--yes'], environment);
    assert.equal(code, 0);
    assert.match(stdout, /^Marked in quarantine, as their bytes are gone: 1 alert\.$/m);
    assert.deepEqual([paths.batch(DONE), paths.features(DONE), paths.cutouts(DONE)].filter(existsSync), []);
    for (const stem of [UNFINISHED, today])
      assert.ok(existsSync(paths.batch(stem)) && existsSync(paths.features(stem)));
    assert.ok(existsSync(join(folder, 'models', 'r0b_a1.onnx')) && existsSync(join(folder, 'notes.txt')));
  });

  test('lvra prune marks nothing in quarantine while the batches of its year are not there, as on a disk that is not mounted', async () => {
    const mounted = join(folder, 'JSON');
    const elsewhere = join(folder, 'elsewhere');
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    const at = { stage: 'feature', position: 9, reason: 'not_json', detail: '', path: 'x', bytes: 7, at: 0 } as const;
    await changing(ledger, (tx) => ledger.quarantine.add(tx, [{ stem: '20260101_000009', ...at }]));
    await ledger.close();
    renameSync(mounted, elsewhere);
    mkdirSync(mounted);
    const away = await runLvra(['prune', '--older-than', '90d', '--yes'], environment);
    rmdirSync(mounted);
    renameSync(elsewhere, mounted);
    assert.match(away.stdout, /There is nothing to remove/);
    assert.doesNotMatch(away.stdout, /quarantine/);
    const back = await runLvra(['prune', '--older-than', '90d', '--yes'], environment);
    assert.match(back.stdout, /quarantine, as their bytes are gone: 1 alert\./);
  });

  test('lvra prune finds nothing a second time', async () => {
    const again = await runLvra(['prune', '--older-than', '90d', '--yes'], environment);
    assert.match(again.stdout, /There is nothing to remove/);
  });

  test('alerts in quarantine without their bytes are counted apart, and replaying all passes over them', async () => {
    const state = async () => JSON.parse((await runLvra(['status', '--json'], environment)).stdout);
    const before = await state();
    assert.deepEqual([before.quarantined, before.prunedFromQuarantine], [2, 2]);
    const listed = await runLvra(['quarantine', 'list'], environment);
    assert.doesNotMatch(listed.stdout, new RegExp(DONE));
    const all = await runLvra(['quarantine', 'list', '--all'], environment);
    assert.match(all.stdout, new RegExp(`${DONE} .* lvra prune removed its bytes, ${today.slice(0, 4)}`));
    const one = await runLvra(['quarantine', 'replay', '1'], { ...environment, LVRA_DRY_RUN: 'yes' });
    assert.deepEqual([one.code, one.stderr], [2, 'lvra: the bytes of alert 1 were removed by `lvra prune`\n']);

    // Another that was removed by hand is said, and keeps none of the others from being read.
    rmSync(paths.quarantined(UNFINISHED, 'feature', 3));
    const replayed = await runLvra(['quarantine', 'replay', '--all'], { ...environment, LVRA_DRY_RUN: 'yes' });
    assert.equal(replayed.code, 1);
    assert.match(
      replayed.stderr,
      /^lvra: passed over alert 2: the file with the bytes of the alert, quarantine\/.*, is gone\n$/,
    );
    assert.match(replayed.stdout, /^read again: 1, as \d{8}_\d{6}; back in quarantine so far: 1\./);
  });

  test('lvra prune keeps a week whatever it is told', async () => {
    const { code, stderr } = await runLvra(['prune', '--older-than', '6d', '--yes'], environment);
    assert.equal(code, 2);
    assert.match(stderr, /7d at least/);
  });

  test('lvra backup copies the ledger while somebody writes', async () => {
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    let stems = 0;
    const writer = setInterval(() => {
      void ledger.batches.reserveStem('test', new Date(Date.UTC(2027, 0, 1, 0, 0, stems++)));
    }, 1);
    const { code, stdout, stderr } = await runLvra(['backup'], environment);
    clearInterval(writer);
    await ledger.close();
    assert.equal(code, 0, stderr);
    assert.ok(stems > 0);
    const [name = ''] = readdirSync(join(folder, 'backups'));
    assert.match(stdout, new RegExp(`${name} .*whole and checked`));
    const copy = await Ledger.open(join(folder, 'backups', name), ['r0b'], { create: false });
    assert.equal(await copy.work('annotate', 'r0b').status(DONE), 1);
    await copy.close();
  });

  test('lvra backup --keep removes the oldest of its copies, and nothing that somebody else put there', async () => {
    const backups = join(folder, 'backups');
    const copies = () => readdirSync(backups).sort();
    const [newest = ''] = copies();
    for (const name of ['log_20260101_000000.db', 'log_20260102_000000.db', 'log_before_upgrade.db']) {
      writeFileSync(join(backups, name), 'a copy');
    }
    const { code, stdout, stderr } = await runLvra(['backup', '--keep', '2'], environment);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Removed log_20260101_000000\.db, log_20260102_000000\.db\.$/m);
    assert.equal(copies().length, 3);
    assert.ok(copies().includes(newest) && copies().includes('log_before_upgrade.db'));
    const named = await runLvra(['backup', join(folder, 'x.db'), '--keep', '2'], environment);
    assert.equal(named.code, 2);
    assert.ok(!existsSync(join(folder, 'x.db')));
  });

  test('lvra backup takes the next name that is free', async () => {
    const backups = join(folder, 'backups');
    const now = Date.now();
    for (let second = 0; second < 60; second++) {
      const path = join(backups, `log_${stemOf(new Date(now + second * 1000))}.db`);
      if (!existsSync(path)) writeFileSync(path, 'a copy');
    }
    const before = readdirSync(backups).length;
    const { code, stderr } = await runLvra(['backup'], environment);
    assert.equal(code, 0, stderr);
    assert.equal(readdirSync(backups).length, before + 1);
  });

  test('lvra backup makes a copy for each of several that run at once', async () => {
    const backups = join(folder, 'backups');
    const before = readdirSync(backups);
    const ran = await Promise.all(Array.from({ length: 4 }, () => runLvra(['backup'], environment)));
    assert.deepEqual(
      ran.map(({ code, stderr }) => `${code}${stderr}`),
      Array(4).fill('0'),
    );
    const made = readdirSync(backups).filter((name) => !before.includes(name));
    assert.equal(made.length, 4, made.join());
    for (const name of made) await (await Ledger.open(join(backups, name), ['r0b'], { create: false })).close();
  });

  test('lvra backup overwrites nothing, and leaves no half of a copy', async () => {
    const path = join(folder, 'notes.txt');
    const { code, stderr } = await runLvra(['backup', path], environment);
    assert.equal(code, 2);
    assert.match(stderr, /is there already/);
    const missing = await runLvra(['backup', join(folder, 'disk', 'log.db')], environment);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /there is no folder \S+disk: make it, or mount the disk that it is on/);
    assert.ok(!existsSync(join(folder, 'disk')));
    const nowhere = await runLvra(['backup', '/proc/log.db'], environment);
    assert.notEqual(nowhere.code, 0);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.partial')),
      [],
    );
  });
});
