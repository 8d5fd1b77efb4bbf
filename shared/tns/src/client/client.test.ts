import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { secretOf } from '@lvra/config';
import { secretFile } from '@lvra/config/testing/secret-file';
import { TNS_SANDBOX_KEY } from '@lvra/simulator/testing/tns/tns-sandbox';
import { makeTnsWorld, sampleReport } from '../testing/tns-world.js';
import { waitOf } from './rate-limit.js';

const DATA = { data: `{"at_report":{"0":${sampleReport(1n).report}}}` };

describe('a call to TNS', () => {
  test('bears the marker of the bot, and the key in its form alone', async (t) => {
    const { client, sandbox } = await makeTnsWorld(t);
    const result = await client.call('set/bulk-report', DATA);
    assert.ok('answer' in result && result.answer.status === 200);
    const [call] = sandbox.calls;
    assert.equal(call?.userAgent, 'tns_marker{"tns_id":12345,"type":"bot","name":"Sandbox_Bot"}');
    assert.ok(!call?.headers.some((name) => /api.?key|authorization/i.test(name)), String(call?.headers));
    assert.ok(!call?.path.includes(TNS_SANDBOX_KEY));
  });

  test('that TNS puts off is made again when the period is over', async (t) => {
    const world = await makeTnsWorld(t, { limit: { calls: 2, seconds: 1, bulk: true } });
    for (let call = 0; call < 3; call++) {
      const result = await world.client.call('get/search', { data: '{}' });
      assert.ok('answer' in result && result.answer.status === 200);
    }
    assert.equal(world.waits.length, 1, 'once, and before TNS has to refuse a call');
    assert.deepEqual(
      world.sandbox.calls.map(({ status }) => status),
      [200, 200, 200],
    );
  });

  test('waits as a 429 says if others have used up the calls', async (t) => {
    const world = await makeTnsWorld(t, { limit: { calls: 1, seconds: 1 } });
    const others = new URLSearchParams({ api_key: TNS_SANDBOX_KEY, data: '{}' });
    const marker = { 'user-agent': 'tns_marker{"tns_id":12345,"type":"bot","name":"Sandbox_Bot"}' };
    await fetch(`${world.sandbox.address}/get/search`, { method: 'POST', body: others, headers: marker });
    const result = await world.client.call('get/search', { data: '{}' });
    assert.ok('answer' in result && result.answer.status === 200);
    assert.deepEqual(
      world.sandbox.calls.map(({ status }) => status),
      [200, 429, 200],
    );
    assert.equal(world.waits.length, 1);
  });

  test('waits out a 429 that names its seconds otherwise', async (t) => {
    const world = await makeTnsWorld(t);
    world.sandbox.fault({ call: 'set/bulk-report', kind: 'status', status: 429, retryAfterSeconds: 1 });
    const begun = performance.now();
    const result = await world.client.call('set/bulk-report', DATA);
    assert.ok('answer' in result && result.answer.status === 200);
    assert.ok(performance.now() - begun >= 999);
    assert.equal(world.sandbox.received.length, 1);
  });

  test('that submits is never made twice once TNS may have seen it', async (t) => {
    const { client, sandbox } = await makeTnsWorld(t, { sending: { pollMs: 1 } });
    for (const fault of [{ kind: 'reset' }, { kind: 'status', status: 500 }, { kind: 'cut' }] as const) {
      sandbox.fault({ call: 'set/bulk-report', ...fault });
      await client.call('set/bulk-report', DATA);
    }
    assert.equal(sandbox.calls.length, 3);
  });

  test('that reads is retried if it fails', async (t) => {
    const { client, sandbox } = await makeTnsWorld(t, { sending: { pollMs: 1 } });
    sandbox.fault({ call: 'get/search', kind: 'reset' });
    sandbox.fault({ call: 'get/search', kind: 'status', status: 503 });
    const result = await client.call('get/search', { data: '{}' });
    assert.ok('answer' in result && result.answer.status === 200);
    assert.equal(sandbox.calls.length, 3);
  });

  test('is not made once the program is stopping', async (t) => {
    const { client, sandbox, stop } = await makeTnsWorld(t);
    stop.abort();
    const result = await client.call('set/bulk-report', DATA);
    assert.ok('none' in result && result.none.neverSent);
    assert.equal(sandbox.calls.length, 0);
  });

  test('bears the key that its file holds then', async (t) => {
    const { secret, put } = secretFile(t, 'an-old-key');
    const { client } = await makeTnsWorld(t, { sending: { apiKey: secret } });
    const status = async () => {
      const result = await client.call('get/search', { data: '{}' });
      return 'answer' in result && result.answer.status;
    };
    assert.equal(await status(), 401);
    put(TNS_SANDBOX_KEY);
    assert.equal(await status(), 200);
  });

  test('returns no key, even if the response repeats what was sent', async (t) => {
    const echo = createServer((request, response) => request.pipe(response));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    t.after(() => echo.close());
    const key = 'a+key/with=odd%characters';
    const address = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/api`;
    const { client } = await makeTnsWorld(t, { sending: { apiKey: secretOf('LVRA_TNS_API_KEY', () => key), address } });
    const result = await client.call('set/bulk-report', { data: key });
    assert.ok('answer' in result);
    assert.match(result.answer.body, /^api_key=\[key\]&data=\[key\]$/);
  });
});

describe('how long to wait before the next call', () => {
  const cases: [status: number, headers: Record<string, string>, waitMs: number][] = [
    [200, {}, 0],
    [200, { 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '60' }, 0],
    [200, { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '42' }, 42_000],
    [200, { 'x-rate-limit-remaining': '0' }, 0],
    [429, { 'x-rate-limit-reset': '17' }, 17_000],
    [429, { 'x-rate-limit-reset': '0' }, 1_000],
    [429, { 'retry-after': '5' }, 5_000],
    [429, { 'retry-after': 'Sun, 22 Nov 2026 12:00:00 GMT' }, 60_000],
    [429, {}, 60_000],
    [429, { 'x-rate-limit-reset': '99999999' }, 3_600_000],
  ];
  for (const [status, headers, waitMs] of cases) {
    test(`${waitMs} ms after ${status} ${JSON.stringify(headers)}`, () => {
      assert.equal(waitOf(status, headers), waitMs);
    });
  }
});
