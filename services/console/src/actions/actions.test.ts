import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { type TestConsole, testConsole } from '../testing/console.js';

const STEM = '20260202_000001';
const root = mkdtempSync(join(tmpdir(), 'lvra-actions-'));
const ledger = await Ledger.open(join(root, 'db', 'log.db'), ['r0b'], { create: true });
await ledger.batches.reserveStem('test', new Date('2026-02-02T00:00:01Z'));
await ledger.batches.register({
  ...{ stem: STEM, vras: ['r0b'], source: 'simulate', diaObjectIds: [1n], bytes: 1, groupId: '', ranges: [] },
  ...{ quarantined: [], now: Date.now(), receivedMs: Float64Array.of(Number.NaN) },
});
await ledger.work('annotate', 'r0b').pause({ now: Date.now(), ms: 60_000 }, 'Lasair asked to');

const SETTINGS = { LVRA_DATA_ROOT: root, LVRA_CONSOLE_AUTH: 'password', LVRA_CONSOLE_PASSWORD: 'correct-horse' };
const on = testConsole({ ...SETTINGS, LVRA_CONSOLE_ACTIONS: 'yes' });
const off = testConsole(SETTINGS);
after(async () => {
  for (const each of [on, off]) await each.close();
  await ledger.close();
  rmSync(root, { recursive: true });
});

const authorization = `Basic ${Buffer.from('ada:correct-horse').toString('base64')}`;
const ORIGIN = 'http://127.0.0.1:8470';
const look = (path: string, console: TestConsole = on) => console.ask(path, { headers: { authorization } });

async function tokenOf(path: string, console = on): Promise<string> {
  const page = await (await look(path, console)).text();
  return /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
}

function send(path: string, token: string, headers: Record<string, string> = {}, console: TestConsole = on) {
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
  const body = new URLSearchParams({ token }).toString();
  return console.ask(path, { method: 'POST', body, headers: { authorization, ...form, ...headers } });
}

test('pages lead to actions only where they are on', async () => {
  const linksOf = async (console: TestConsole, path: string) =>
    (await (await look(path, console)).text()).match(/\/actions\/[^"]*/g);
  assert.deepEqual(
    await linksOf(on, `/stems/${STEM}`),
    ['feature', 'predict', 'annotate'].map((stage) => `/actions/retry?stem=${STEM}&amp;stage=${stage}&amp;vra=r0b`),
  );
  assert.deepEqual(await linksOf(on, '/'), ['/actions/resume?stage=annotate&amp;vra=r0b']);
  for (const path of ['/', `/stems/${STEM}`]) assert.equal(await linksOf(off, path), null);
});

describe('an action', () => {
  const RETRY = `/actions/retry?stem=${STEM}`;
  const RESUME = '/actions/resume?stage=annotate&vra=r0b';

  test('lets a paused stage continue', async () => {
    assert.match(await (await look(RESUME)).text(), /Lasair asked to/);
    assert.equal((await send(RESUME, await tokenOf(RESUME))).status, 303);
    assert.equal(await ledger.work('annotate', 'r0b').paused(Date.now()), undefined);
    assert.match(await (await look(RESUME)).text(), /nothing to do/);
  });

  test('says on a page what it will do, and does it when its form is sent, with the name in the stem’s history', async () => {
    const page = await (await look(RETRY)).text();
    assert.match(page, new RegExp(`feature r0b tries ${STEM} again`));
    assert.deepEqual((await ledger.events.ofStem(STEM)).length, 1, 'to look changes nothing');
    const response = await send(RETRY, await tokenOf(RETRY));
    assert.deepEqual([response.status, response.headers.get('location')], [303, `/stems/${STEM}`]);
    const details = (await ledger.events.ofStem(STEM)).flatMap(({ detail }) => detail ?? []);
    assert.deepEqual(details, Array(3).fill('tried again: ada'), 'each stage that is not done');
  });

  test('labels an object, and takes a label of one’s own back', async () => {
    const LABEL = '/actions/label?object=170046091000545381&label=';
    const labels = async () =>
      (await ledger.labels.ofObject(170046091000545381n)).map(({ label, who }) => [label, who]);
    await ledger.labels.add([{ diaObjectId: 170046091000545381n, label: 'real', who: 'eve', at: 1_000 }]);
    assert.match(await (await look(`${LABEL}bogus`)).text(), /is bogus; until now it is real, as eve said/);
    const token = await tokenOf(`${LABEL}bogus`);
    const response = await send(`${LABEL}bogus`, token);
    assert.deepEqual([response.status, response.headers.get('location')], [303, '/objects/170046091000545381']);
    assert.equal((await send(`${LABEL}bogus`, token)).status, 303, 'a button that is pressed twice');
    assert.deepEqual(await labels(), [
      ['bogus', 'ada'],
      ['real', 'eve'],
    ]);
    assert.equal(
      (await send(`${LABEL}real`, await tokenOf(`${LABEL}bogus`))).status,
      403,
      'the token of another label',
    );
    assert.match(await (await look(LABEL)).text(), /is no longer bogus, as ada said, but real, as eve said/);
    assert.equal((await send(LABEL, await tokenOf(LABEL))).status, 303);
    assert.deepEqual(await labels(), [['real', 'eve']]);
    assert.match(await (await look(LABEL)).text(), /nothing to do/, 'eve’s is not hers');
    for (const wrong of ['object=1.7e17&label=real', 'object=1&label=a,b', 'object=1', 'label=real']) {
      assert.equal((await look(`/actions/label?${wrong}`)).status, 400, wrong);
    }
  });

  test('is refused from another page, without its token, with the token of another action or user, and where actions are off', async () => {
    const before = await ledger.events.ofStem(STEM);
    const token = await tokenOf(RETRY);
    const refused: [what: string, status: number, response: Response][] = [
      ['another origin', 403, await send(RETRY, token, { origin: 'https://evil.example' })],
      ['no origin', 403, await send(RETRY, token, { origin: 'null' })],
      ['another site', 403, await send(RETRY, token, { 'sec-fetch-site': 'cross-site' })],
      ['no token', 403, await send(RETRY, '')],
      ['a token of nobody', 403, await send(RETRY, `${Date.now() + 60_000}.abc`)],
      ['one for another action', 403, await send(RETRY, await tokenOf(RESUME.replace('resume', 'retry-failed')))],
      ['one for another stem', 403, await send(RETRY.replace('01', '02'), token)],
      ['another user', 403, await send(RETRY, token, { authorization: `Basic ${btoa('eve:correct-horse')}` })],
      ['too much', 413, await send(RETRY, 'x'.repeat(5_000))],
      ['actions off', 405, await send(RETRY, token, {}, off)],
      ['its page with actions off', 404, await look(RETRY, off)],
      ['no such stage', 400, await look('/actions/resume?stage=nothing&vra=r0b')],
    ];
    for (const [what, status, response] of refused) assert.equal(response.status, status, what);
    assert.deepEqual(await ledger.events.ofStem(STEM), before);
  });
});
