import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { post, samples } from '../testing/caller.js';
import type { Fault } from './faults.js';
import { type Sandbox, startSandbox } from './sandbox.js';

describe('faults', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const send = (n = 3) => post(sandbox, 'annotatelist/', { annotations: samples(n) });
  const statuses = async (calls: number) => {
    const seen: number[] = [];
    for (let call = 0; call < calls; call++) seen.push((await send(1)).status);
    return seen;
  };

  test('a status takes the place of the answer as often as told, and nothing is queued', async () => {
    for (const status of [400, 401, 403, 429, 500, 502, 503] as const) {
      sandbox.fault({ kind: 'status', status, times: 1 });
      assert.equal((await send()).status, status);
    }
    assert.equal(sandbox.annotations.size, 0);
    assert.deepEqual(sandbox.faults, []);
    assert.equal((await send()).status, 200);
  });

  test('a 302 leads to a page of maintenance', async () => {
    sandbox.fault({ kind: 'status', status: 302 });
    const { endpoint } = sandbox;
    const answer = await fetch(`${endpoint}/annotatelist/`, { method: 'POST', body: '{}', redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/status']);
  });

  test('a 400 is a page of HTML, not Lasair’s JSON', async () => {
    sandbox.fault({ kind: 'status', status: 400 });
    assert.match((await send()).text, /^<!doctype html>/);
  });

  test('a 503 comes with Retry-After if that is told', async () => {
    sandbox.fault({ kind: 'status', status: 503, retryAfterSeconds: 7 });
    assert.equal((await send()).headers.get('retry-after'), '7');
  });

  test('a 100 Continue comes before the answer, and Lasair does its work', async () => {
    sandbox.fault({ kind: 'continue' });
    const call = request(`${sandbox.endpoint}/annotatelist/`, {
      method: 'POST',
      headers: { Authorization: 'Token sandbox-token', 'Content-Type': 'application/json' },
    });
    let continued = 0;
    call.on('continue', () => continued++);
    call.end(JSON.stringify({ annotations: samples(3) }));
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    assert.deepEqual([continued, answer.statusCode, sandbox.annotations.size], [1, 200, 3]);
  });

  test('a 429 comes without Retry-After, or with it', async () => {
    sandbox.fault({ kind: 'status', status: 429, times: 1 });
    const without = await send();
    assert.equal(without.headers.get('retry-after'), null);
    assert.match((without.json as { message: string }).message, /^Request limit exceeded\. Either wait an hour, /);
    sandbox.fault({ kind: 'status', status: 429, retryAfterSeconds: 90, times: 1 });
    assert.equal((await send()).headers.get('retry-after'), '90');
  });

  test('a status may come after the work was done', async () => {
    sandbox.fault({ kind: 'status', status: 502, when: 'after' });
    assert.equal((await send()).status, 502);
    assert.equal(sandbox.annotations.size, 3);
    const [call] = sandbox.received;
    assert.deepEqual([call?.status, call?.accepted, call?.fault], [502, 3, 'status']);
  });

  test('rubbish is a page of HTML with status 200', async () => {
    sandbox.fault({ kind: 'rubbish' });
    const reply = await send();
    assert.equal(reply.status, 200);
    assert.match(reply.text, /^<!doctype html>/);
    assert.equal(sandbox.annotations.size, 0);
  });

  test('a reset breaks the connection before the work or after it', async () => {
    sandbox.fault({ kind: 'reset', times: 1 });
    await assert.rejects(send());
    assert.equal(sandbox.annotations.size, 0);
    sandbox.fault({ kind: 'reset', when: 'after', times: 1 });
    await assert.rejects(send());
    assert.equal(sandbox.annotations.size, 3);
    assert.deepEqual(sandbox.counts.calls.annotatelist, { none: 2 });
  });

  test('a cut breaks the connection in the middle of the answer, the work done', async () => {
    sandbox.fault({ kind: 'cut' });
    const response = await fetch(`${sandbox.endpoint}/annotatelist/`, {
      method: 'POST',
      headers: { Authorization: 'Token sandbox-token', 'Content-Type': 'application/json' },
      body: JSON.stringify({ annotations: samples(3) }),
    });
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    assert.equal(sandbox.annotations.size, 3);
  });

  test('a hang never answers, and does not keep the sandbox from closing', async () => {
    sandbox.fault({ kind: 'hang' });
    const call = assert.rejects(send());
    const winner = await Promise.race([call, new Promise((done) => setTimeout(done, 60, 'still waiting'))]);
    assert.equal(winner, 'still waiting');
    await Promise.all([call, sandbox.close()]);
    sandbox = await startSandbox();
  });

  test('latencies add up, to that of the sandbox too', async () => {
    const slow = await startSandbox({ latencyMs: 40 });
    slow.fault({ kind: 'latency', ms: 30 });
    slow.fault({ kind: 'latency', ms: 30, endpoint: 'annotate' });
    const took = async (path: string, body: unknown) => {
      const start = performance.now();
      assert.equal((await post(slow, path, body)).status, 200);
      return performance.now() - start;
    };
    try {
      // A timer may fire within a millisecond before its time.
      assert.ok((await took('annotatelist/', { annotations: [] })) >= 69);
      assert.ok((await took('annotate/', samples(1)[0])) >= 99);
    } finally {
      await slow.close();
    }
  });

  test('a caller who gives up waiting has the work done all the same', async () => {
    sandbox.fault({ kind: 'latency', ms: 60 });
    const call = fetch(`${sandbox.endpoint}/annotatelist/`, {
      method: 'POST',
      headers: { Authorization: 'Token sandbox-token', 'Content-Type': 'application/json' },
      body: JSON.stringify({ annotations: samples(3) }),
      signal: AbortSignal.timeout(30),
    });
    await assert.rejects(call, { name: 'TimeoutError' });
    const deadline = Date.now() + 5000;
    while (sandbox.annotations.size < 3 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 5));
    assert.equal(sandbox.annotations.size, 3);
  });

  test('Kafka fails at the nth item: those before it are queued', async () => {
    sandbox.fault({ kind: 'kafka', nth: 3 });
    const reply = await send(5);
    assert.equal(reply.status, 400);
    assert.match((reply.json as { error: string }).error, /^Kafka production failed: .*\n$/);
    assert.equal(sandbox.annotations.size, 2);
  });

  test('a chosen item is bad, in any list', async () => {
    const [, second] = samples(3);
    sandbox.fault({ kind: 'bad-item', item: (annotation) => annotation.objectId === second?.objectId });
    assert.equal((await send()).status, 400);
    assert.equal(sandbox.annotations.size, 1);
    sandbox.clearFaults();
    sandbox.fault({ kind: 'bad-item', item: { objectId: '313637921267122191' } });
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 400);
    assert.equal((await post(sandbox, 'annotate/', second)).status, 200);
  });

  test('a topic turns inactive', async () => {
    sandbox.fault({ kind: 'inactive', item: { topic: 'r0b_lvra' } });
    const error = 'Annotator error: topic r0b_lvra is not active -- ask Lasair team';
    assert.deepEqual((await send()).json, { error });
  });

  test('the database goes down: status 500, and no JSON', async () => {
    sandbox.fault({ kind: 'database', nth: 2 });
    const reply = await send();
    assert.deepEqual([reply.status, reply.json], [500, undefined]);
    assert.equal(sandbox.annotations.size, 1);
  });

  test('a probability strikes some calls, the same ones for the same seed', async () => {
    const fault: Fault = { kind: 'status', status: 503, probability: 0.5, seed: 7 };
    sandbox.fault(fault);
    const first = await statuses(30);
    sandbox.clearFaults();
    sandbox.fault(fault);
    assert.deepEqual(await statuses(30), first);
    assert.deepEqual([...new Set(first)].sort(), [200, 503]);
  });

  test('several faults: the first injected that matches ends the call', async () => {
    sandbox.fault({ kind: 'status', status: 503, times: 2 });
    sandbox.fault({ kind: 'status', status: 502, times: 1, endpoint: 'annotate' });
    sandbox.fault({ kind: 'status', status: 500, times: 1 });
    assert.deepEqual(await statuses(4), [503, 503, 500, 200]);
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 502);
  });
});
