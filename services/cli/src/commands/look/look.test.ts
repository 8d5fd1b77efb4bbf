import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger } from '@lvra/ledger';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const REAL = fileURLToPath(new URL('../../../../../../shared/real', import.meta.url));
const REAL_STEM = '20260202_102448';

/** Stems in every state that the Python pipeline leaves. */
const ROWS = [
  statusRows('20260301_000001', 1, 1, 1),
  statusRows('20260301_000002', -1, 1, -1),
  statusRows('20260301_000003', 1, 1, 0),
  statusRows('20260301_000004', 1, 31, 0),
  statusRows('20260301_000005', 21, 0, 0),
  statusRows('20260301_000006', 99, 0, 0),
  statusRows(REAL_STEM, 0, 0, 0),
  // A stem of before the VRA had a column is nobody's work.
  "INSERT INTO feature_making (stem) VALUES ('20250101_000000');",
  "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (169755827469549632, 170046091000545381, '20260301_000003', 0.96, 'r0b', 'a1');",
].join('\n');

describe('a log.db of the Python pipeline', () => {
  const { folder, remove } = temporaryFolder();
  const environment = { LVRA_DATA_ROOT: folder };
  const database = join(folder, 'db', 'log.db');

  before(() => {
    cpSync(join(REAL, 'JSON'), join(folder, 'JSON'), { recursive: true });
    makePythonLedger(dataPaths(folder).database, ROWS);
  });
  after(remove);

  const status = async () => {
    const ran = await runLvra(['status', '--json'], environment);
    assert.equal(ran.code, 0, ran.stderr);
    return JSON.parse(ran.stdout);
  };

  test('lvra status --json counts every stem once', async () => {
    const { stages, profile, dataRoot, quarantined } = await status();
    assert.deepEqual([profile, dataRoot, quarantined], ['production', folder, 0]);
    const of = { vra: 'r0b', dead: 0 };
    assert.deepEqual(stages, [
      { ...of, stage: 'feature', done: 3, partial: 1, pending: 1, failed: { 21: 1, 99: 1 }, oldestPending: REAL_STEM },
      { ...of, stage: 'predict', done: 3, partial: 0, pending: 3, failed: { 31: 1 }, oldestPending: REAL_STEM },
      { ...of, stage: 'annotate', done: 1, partial: 1, pending: 5, failed: {}, oldestPending: REAL_STEM },
    ]);
  });

  test('lvra status says it to a person, with the meaning of the codes', async () => {
    const { stdout } = await runLvra(['status'], environment);
    assert.match(stdout, /^stage +VRA +done +partial +pending +failed +dead +oldest$/m);
    assert.match(stdout, /^feature +r0b +3 +1 +1 +21: 1, 99: 1 +0 +20260202_102448$/m);
    assert.match(stdout, /^31: columns missing in the input$/m);
    assert.ok(!stdout.includes('\u001b'), 'no colours where nobody can see them');
  });

  test('lvra stem shows the files and statuses of a stem that Python made', async () => {
    const { stdout, code } = await runLvra(['stem', REAL_STEM], environment);
    assert.equal(code, 0);
    assert.match(stdout, /^batch .*20260202_102448\.json \(\d/m);
    assert.match(stdout, /^feature +r0b +0 +initialised/m);
    assert.doesNotMatch(stdout, /http/);
    const withConsole = { ...environment, LVRA_CONSOLE_URL: 'https://lvra.example.org' };
    const scored = await runLvra(['stem', '20260301_000003'], withConsole);
    assert.ok(scored.stdout.endsWith('\n\nhttps://lvra.example.org/stems/20260301_000003\n'));
    assert.match(scored.stdout, /^1 scores by r0b a1; at Lasair: none yet 1$/m);
    const { files, statuses, scores } = JSON.parse((await runLvra(['stem', REAL_STEM, '--json'], environment)).stdout);
    assert.deepEqual([files[0].what, statuses.length, scores], ['batch', 3, []]);
  });

  test('lvra stem and lvra status say when a stage tries a failed stem again', async () => {
    const [stem, now] = ['20260301_000005', Date.parse('2026-03-01T00:00:00Z')];
    const ledger = await Ledger.open(database, ['r0b'], { create: false });
    const work = ledger.work('feature', 'r0b');
    await work.claim(stem, 'a stage', now, 30_000);
    await work.release(stem, 'a stage', { now, ms: 600_000 }, 'no such file', 21);
    await ledger.close();
    const { stdout } = await runLvra(['stem', stem], environment);
    assert.match(stdout, /^feature +r0b +21 .* 2026-03-01 00:10:00$/m);
    const { statuses } = JSON.parse((await runLvra(['stem', stem, '--json'], environment)).stdout);
    assert.deepEqual(
      statuses.map(({ nextAttempt }: { nextAttempt: string | null }) => nextAttempt),
      ['2026-03-01T00:10:00.000Z', null, null],
    );
    const [feature, predict] = (await status()).stages;
    assert.deepEqual([feature.nextAttempt, predict.nextAttempt], ['2026-03-01T00:10:00.000Z', undefined]);
    const { stdout: told } = await runLvra(['status'], environment);
    assert.match(told, /^feature +r0b .* 20260202_102448 +2026-03-01 00:10:00$/m);
  });

  test('lvra stem of an unknown stem is a mistake', async () => {
    const { stderr, code } = await runLvra(['stem', '20300101_000000'], environment);
    assert.equal(code, 2);
    assert.match(stderr, /knows no stem 20300101_000000/);
  });

  test('lvra retry opens what is dead, and says why it opens nothing else', async () => {
    const ledger = await Ledger.open(database, ['r0b'], { create: false });
    const work = ledger.work('feature', 'r0b');
    const now = Date.now();
    await work.claim('20260301_000005', 'test', now, 1_000);
    const failure = { status: 21, message: 'its batch file is gone', dueAt: undefined, now, durationMs: 1 } as const;
    await work.fail('20260301_000005', 'test', failure);
    await ledger.close();

    const dead = await runLvra(['dead'], environment);
    assert.match(dead.stdout, /^20260301_000005 +feature +r0b +1 .*its batch file is gone$/m);
    assert.equal((await status()).stages[0].dead, 1);
    assert.match((await runLvra(['status'], environment)).stdout, /^What is dead, and why: lvra dead$/m);
    assert.deepEqual(JSON.parse((await runLvra(['dead', '--json'], environment)).stdout), [
      {
        ...{ stem: '20260301_000005', stage: 'feature', vra: 'r0b', attempts: 1, error: 'its batch file is gone' },
        at: new Date(now).toISOString(),
      },
    ]);

    const retried = await runLvra(['retry', '20260301_000005', '--stage', 'feature'], environment);
    assert.equal(retried.code, 0, retried.stderr);
    assert.match(retried.stdout, /^20260301_000005 +feature r0b$/m);
    assert.equal((await status()).stages[0].dead, 0);
    assert.match((await runLvra(['dead'], environment)).stdout, /No stem is dead/);

    const done = await runLvra(['retry', '20260301_000001'], environment);
    assert.equal(done.code, 2);
    assert.match(done.stderr, /20260301_000001 is done: write --force/);
    const unknown = await runLvra(['retry', '20300101_000000'], environment);
    assert.match(unknown.stderr, /knows no stem 20300101_000000/);
  });

  test('lvra retry --failed takes the failed ones, and those alone', async () => {
    const { stdout, code } = await runLvra(['retry', '--failed'], environment);
    assert.equal(code, 0);
    assert.deepEqual(stdout.match(/^\d{8}_\d{6} .*$/gm), [
      '20260301_000005  feature r0b',
      '20260301_000006  feature r0b',
      '20260301_000004  predict r0b',
    ]);
  });

  test('a stage that waits is shown with the command that ends it, which needs no stem that failed', async () => {
    const ledger = await Ledger.open(database, ['r0b'], { create: false });
    await ledger.work('annotate', 'r0b').pause({ now: Date.now(), ms: 600_000 }, 'Lasair refuses the token');
    await ledger.close();
    const [, command] =
      /: Lasair refuses the token\nSooner, .*: lvra (.*)$/m.exec((await runLvra(['status'], environment)).stdout) ?? [];
    const { code, stdout } = await runLvra(command?.split(' ') ?? [], environment);
    assert.equal(code, 0);
    assert.match(stdout, /^annotate r0b waits no longer$/m);
    assert.equal((await status()).stages[2].pausedBecause, undefined);
  });

  test('lvra retry --force opens a stage that is done, and ends its pause', async () => {
    const ledger = await Ledger.open(database, ['r0b'], { create: false });
    await ledger.work('annotate', 'r0b').pause({ now: Date.now(), ms: 600_000 }, 'Lasair refuses the token');
    await ledger.close();
    const before = (await status()).stages[2];
    assert.equal(before.pausedBecause, 'Lasair refuses the token');
    const { code } = await runLvra(['retry', '20260301_000001', '--stage', 'annotate', '--force'], environment);
    assert.equal(code, 0);
    const after = (await status()).stages[2];
    assert.deepEqual([after.done, after.pending], [before.done - 1, before.pending + 1]);
    assert.equal(after.pausedBecause, undefined);
  });
});
