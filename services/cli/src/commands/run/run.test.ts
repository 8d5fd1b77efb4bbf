import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { dataPaths } from '@lvra/store';
import { logged } from '@lvra/telemetry/testing/logged';
import { LVRA, runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const REAL = fileURLToPath(new URL('../../../../../../shared/real', import.meta.url));
const REAL_STEM = '20260202_102448';

/** What Python's cron job would have to do next. */
async function statusOf(dataRoot: string) {
  const { stdout } = await runLvra(['status', '--json'], { LVRA_DATA_ROOT: dataRoot });
  const { stages, quarantined } = JSON.parse(stdout);
  return { feature: stages[0], predict: stages[1], annotate: stages[2], quarantined };
}

describe('lvra run --once --source none on what the Python consumer left', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  before(() => {
    cpSync(join(REAL, 'JSON'), join(folder, 'JSON'), { recursive: true });
    makePythonLedger(dataPaths(folder).database, statusRows(REAL_STEM, 0, 0, 0));
  });

  test('without a token it scores, leaves the annotations pending with 41, and ends with 1 and the reason', async () => {
    const ran = await runLvra(['run', '--once', '--source', 'none'], { LVRA_DATA_ROOT: folder });
    assert.equal(ran.code, 1, ran.stderr);
    assert.match(ran.stderr, /^lvra: .*there is no token for Lasair: set LASAIR_LSST_TOKEN/m);
    assert.match(ran.stdout, /^0 alerts in, 43 scored, 0 annotated in /m);
    assert.match(ran.stdout, /^20260202_102448 +annotate +r0b +41 no Lasair client or token/m);
    const { feature, predict, annotate } = await statusOf(folder);
    assert.deepEqual([feature.partial, predict.done, annotate.failed], [1, 1, { 41: 1 }]);
  });

  test('a dry run writes the calls to a file, and ends with 0', async () => {
    const ran = await runLvra(['run', '--once', '--source', 'none', '--dry-run'], { LVRA_DATA_ROOT: folder });
    assert.equal(ran.code, 0, ran.stderr);
    const calls = readFileSync(join(folder, 'dryrun', '2026', '20260202', `${REAL_STEM}_r0b.ndjson`), 'utf8');
    assert.equal(calls.match(/"objectId"/g)?.length, 43);
    assert.equal((await statusOf(folder)).annotate.done, 1);
  });

  test('what it did is in the spec’s log files', () => {
    for (const name of ['r0b_feature_maker.log', 'r0b_predict.log', 'r0b_annotator.log', 'bigbashboy.log']) {
      assert.notEqual(logged(dataPaths(folder), name), '', name);
    }
  });
});

describe('lvra run on alerts of its own', () => {
  const { folder, remove } = temporaryFolder();
  const environment = { LVRA_DATA_ROOT: folder, LVRA_BATCH_SECONDS: '0.5' };
  const alerts = join(folder, 'alerts.ndjson');
  after(remove);

  test('takes a file that lvra simulate made to its end', async () => {
    const made = await runLvra(['simulate', '--count', '40', '--seed', '7', '--file', alerts], environment);
    assert.equal(made.code, 0, made.stderr);
    const again = await runLvra(['simulate', '--count', '40', '--seed', '7', '--file', `${alerts}.2`], environment);
    assert.equal(again.code, 0);
    assert.equal(readFileSync(alerts, 'utf8'), readFileSync(`${alerts}.2`, 'utf8'), 'a seed is a seed');
    writeFileSync(alerts, 'Dear colleague,\n', { flag: 'a' });

    const words = ['run', '--once', '--source', 'replay', '--replay-path', alerts, '--dry-run'];
    const ran = await runLvra(words, environment);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^40 alerts in, \d+ scored, \d+ annotated in /m);
    assert.ok((await statusOf(folder)).quarantined >= 1);
  });

  test('lvra quarantine lists, shows and replays what it could not use', async () => {
    const listed = await runLvra(['quarantine', 'list'], environment);
    const [, number] =
      /^not_json: 1 alert of 1 stem: [^\n]+\nnumber +stem +stage +object +size\n *(\d+) +\d{8}_\d{6} +consumer +15 B$/m.exec(
        listed.stdout,
      ) ?? [];
    assert.ok(number, listed.stdout);
    const shown = await runLvra(['quarantine', 'show', number], environment);
    assert.match(shown.stdout, /\n\nDear colleague,\n$/);
    const replayed = await runLvra(['quarantine', 'replay', number], environment);
    assert.equal(replayed.code, 0, replayed.stderr);
    assert.match(replayed.stdout, /^read again: 1, as \d{8}_\d{6}; back in quarantine so far: 1\.$/m);
    const twice = await runLvra(['quarantine', 'replay', number], environment);
    assert.equal(twice.code, 2);
    assert.match(twice.stderr, /was replayed already, as stem/);
  });

  test('works until Ctrl-C, keeps others off meanwhile, and ends with 0', async () => {
    const child = spawn(process.execPath, [LVRA, 'run', '--source', 'none', '--dry-run'], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    await new Promise((resolve) => child.stdout.once('data', resolve));

    for (const words of [
      ['run', '--once', '--source', 'none'],
      ['start', 'feature'],
      ['quarantine', 'replay', '--all'],
    ]) {
      const refused = await runLvra(words, { ...environment, LVRA_HEALTH_PORT: '0' });
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(refused.stderr, new RegExp(`^lvra: .*\\.lock is held by process ${child.pid} \\(.*lvra\\.js run `));
    }
    assert.equal((await runLvra(['status'], environment)).code, 0, 'looking is allowed');
    child.kill('SIGINT');
    assert.equal(await ended, 0);
  });

  test('a second Ctrl-C ends a run that a stem holds up', async () => {
    const stuck = join(folder, 'stuck');
    mkdirSync(stuck);
    // Nobody answers there, so that the annotation is under way for a minute.
    const { createServer } = await import('node:net');
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    const words = ['run', '--source', 'replay', '--replay-path', alerts];
    const child = spawn(process.execPath, [LVRA, ...words], {
      env: {
        PATH: process.env.PATH,
        LVRA_DATA_ROOT: stuck,
        LVRA_BATCH_SECONDS: '0.5',
        LVRA_ENDPOINT: `http://127.0.0.1:${port}/api`,
        LASAIR_LSST_TOKEN: 'x',
      },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
    await new Promise((resolve) => silent.once('connection', resolve));
    child.kill('SIGINT');
    await sleep(1_100);
    child.kill('SIGINT');
    assert.ok(['SIGINT', 0].includes((await ended) as string | number));
    silent.close();
  });
});
