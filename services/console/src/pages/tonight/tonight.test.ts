import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { testConsole } from '../../testing/console.js';
import { testFolder } from '../../testing/data-folder.js';
import { ANSWER } from './answer.js';

const LEASE_MS = 30_000;

test('a ledger without a stem has a page that says so', async (t) => {
  const { console } = await testFolder(t);
  const page = await console.text('/');
  assert.match(page, /No stems yet\./);
  assert.match(page, /<dt>the last alert<\/dt><dd>none yet/);
  assert.doesNotMatch(page, /class="message/);
});

test('what is wrong comes first, in words, and hostile ones do nothing', async (t) => {
  const { console, ledger, register } = await testFolder(t);
  const now = Date.now();
  const stem = await register(now - 60_000);
  const work = ledger.work('feature', 'r0b');
  await work.claim(stem, 'me', now, LEASE_MS);
  const message = '<img src=x onerror=alert(1)>\u202e';
  await work.fail(stem, 'me', { status: 31, message, dueAt: undefined, now, durationMs: 1 });
  await ledger.work('annotate', 'r0b').pause({ now: now - 1_000, ms: 600_000 }, 'Lasair asked to (429)');
  const page = await console.text('/');
  const main = page.slice(page.indexOf('<main'));
  assert.match(main, /annotate r0b waits until [0-9: -]+ UTC: Lasair asked to \(429\)/);
  assert.match(main, /feature r0b: <span class="number">1<\/span> stem failed with 31, columns missing in the input/);
  assert.match(main, /feature r0b gave up on/);
  assert.match(main, /&lt;img src=x onerror=alert\(1\)&gt;\\u202e/);
  assert.doesNotMatch(main, /<img/);
  assert.ok(main.indexOf('gave up on') < main.indexOf('<table'));
});

test('a stem that is done but for alerts without anything to score is no reason to look, one that Lasair took in part is', async (t) => {
  const { console, ledger, register } = await testFolder(t);
  const now = Date.now();
  const stem = await register(now - 2_000);
  const partial = { status: -1, rows: 2, now, durationMs: 1, detail: '1 without alert' } as const;
  await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), stem, [], [], partial);
  const withoutAmber = await console.text('/');
  assert.match(withoutAmber, /<span class="state lacking"><span aria-hidden="true">◐<\/span> partial<\/span>/);
  assert.doesNotMatch(withoutAmber, /class="state partial"|class="warn"/);
  const scores = ledger.work('predict', 'r0b');
  const scoredBy = { name: 'r0b', version: 'a1', edges: [0, 0.5, 1] };
  const annotate = { work: ledger.work('annotate', 'r0b'), isWanted: true };
  await ledger.results.recordScores(scores, stem, scoredBy, [], partial, { quarantined: [], annotate });
  await ledger.annotations.settle(ledger.work('annotate', 'r0b'), stem, new Map(), { now, durationMs: 1 });
  for (const path of ['/', `/stems/${stem}`]) assert.match(await console.text(path), /class="state partial"/, path);
});

test('is asked for one state, one VRA and the stems before one, and tells programs the same', async (t) => {
  const { console, ledger, register } = await testFolder(t, ['r0b', 'r1', 'shadow']);
  const now = Date.now();
  const stems: string[] = [];
  for (const second of [3, 2, 1]) stems.unshift(await register(now - second * 2_000));
  const work = ledger.work('predict', 'r1');
  const done = { status: 1, rows: 3, now, durationMs: 1 } as const;
  await ledger.results.completeWithExistingFeatures(ledger.work('feature', 'r1'), stems[1]!, done);
  await work.claim(stems[1]!, 'me', now, LEASE_MS);
  await work.fail(stems[1]!, 'me', { status: 31, message: 'm', dueAt: now + 60_000, now, durationMs: 1 });

  const ask = async (query: string) => ANSWER.parse(await console.json(`/api/v1/tonight${query}`));
  const names = async (query: string) => (await ask(query)).stems.map(({ stem }) => stem);
  assert.deepEqual(await names(''), stems);
  assert.deepEqual(await names(`?before=${stems[0]}`), stems.slice(1));
  assert.deepEqual(await names('?only=failed'), [stems[1]]);
  assert.deepEqual(await names('?only=failed&vra=r0b'), []);
  assert.deepEqual(
    (await ask('?vra=r1')).vras.map(({ vra }) => vra),
    ['r1'],
  );
  const page = await console.text('/?only=failed');
  assert.match(page, /<th scope="colgroup" colspan="3">shadow<\/th>/);
  assert.match(page, /Tonight by VRA/);
  assert.equal((await console.ask('/?vra=r9')).status, 404);
  assert.equal((await console.ask('/?only=lost')).status, 400);
});

test('a ledger of the Python pipeline that nothing of ours has opened is shown as far as it goes, and stays as it is', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-console-'));
  t.after(() => rmSync(root, { recursive: true }));
  const stems = ['20260301_041500', '20260301_041510'] as const;
  const file = join(root, 'db', 'log.db');
  makePythonLedger(file, `${statusRows(stems[0], 1, 1, 42)}${statusRows(stems[1], 1, 0, 0)}`);
  const before = readFileSync(file);
  const console = testConsole({ LVRA_DATA_ROOT: root });
  t.after(() => console.close());
  const data = ANSWER.parse(await console.json('/api/v1/tonight'));
  assert.deepEqual([data.lastAlertAt, data.alerts, data.quarantined], ['2026-03-01T04:15:10.000Z', null, 0]);
  assert.deepEqual(
    data.stems.map(({ stem, stages }) => [stem, ...stages.map(({ progress }) => progress)]),
    [
      [stems[1], 'done', 'waiting', 'later'],
      [stems[0], 'done', 'done', 'failed'],
    ],
  );
  const page = await console.text('/');
  assert.match(page, /every row failed at Lasair/);
  for (const name of ['alerts tonight', 'of them scored', 'at Lasair tonight', 'late now']) {
    assert.match(page, new RegExp(`<dt>${name}</dt><dd><span class="unknown" title="the Python pipeline`), name);
  }
  for (const path of ['/?only=dead', `/stems/${stems[0]}`, '/quarantine', '/quarantine?all=yes'])
    await console.text(path);
  assert.deepEqual(readFileSync(file), before);
});
