import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { get, post, sample, samples } from '../testing/caller.js';
import type { ReceivedCall } from './record.js';
import { type Sandbox, startSandbox } from './sandbox.js';

describe('what the sandbox shows', () => {
  let sandbox: Sandbox;
  let home: string;
  beforeEach(async () => {
    sandbox = await startSandbox();
    home = sandbox.endpoint.slice(0, -'/api'.length);
  });
  afterEach(() => sandbox.close());

  test('a page for users: counters, newest annotations, latest calls, nothing of it live HTML', async () => {
    await post(sandbox, 'annotate/', sample('313637921267122191', { classification: '<b>0.5&</b>' }));
    await post(sandbox, 'annotate/', '{');
    const { status, text, headers } = await get(home);
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/html; charset=utf-8']);
    assert.match(text, /<td>313637921267122191<\/td><td>&lt;b&gt;0\.5&amp;&lt;\/b&gt;<\/td>/);
    assert.match(text, /<td>annotate<\/td><td>200<\/td><td>1<\/td>/);
    assert.match(text, /<td>annotate<\/td><td>400<\/td><td>1<\/td>/);
  });

  test('the counts for programs, and each call with what was lost', async () => {
    const annotations = [...samples(2), sample('5', { explanation: "it's" })];
    await post(sandbox, 'annotatelist/', { annotations });
    assert.deepEqual((await get(`${home}/counts.json`)).json, {
      ...{ calls: { annotate: {}, annotatelist: { 200: 1 }, other: {} }, accepted: 3, stored: 2, lost: 1 },
    });
    const [{ at, ...call }, ...others] = sandbox.received as [ReceivedCall];
    const path = { method: 'POST', path: '/api/annotatelist/', status: 200, user: 'Sandbox User' };
    assert.deepEqual([call, others], [{ ...path, items: 3, accepted: 3, annotations }, []]);
    const reason = 'explanation holds a single quote';
    assert.deepEqual(sandbox.lost, [{ ...annotations[2], timestamp: sandbox.lost[0]?.timestamp, reason }]);
    assert.ok(at <= Date.now());
  });

  test('the stored annotations, ids exact', async () => {
    await post(sandbox, 'annotatelist/', { annotations: samples(2) });
    const stored = (await get(`${home}/annotations.json`)).json as { objectId: string }[];
    assert.deepEqual(
      stored.map(({ objectId }) => objectId),
      ['313637921267122191', '313637921267122192'],
    );
  });

  test('continues when a caller disconnects within a request', async () => {
    const socket = connect(Number(new URL(home).port), '127.0.0.1');
    socket.write('POST /api/annotate/ HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 500\r\n\r\n{"topic"');
    await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => socket.on('close', done).destroy());
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 200);
    assert.equal(sandbox.received.length, 1);
  });
});
