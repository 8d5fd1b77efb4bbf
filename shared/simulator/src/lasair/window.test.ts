import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { get, post, type Reply, sample, samples } from './http/caller.js';
import { type Sandbox, startSandbox } from './sandbox.js';

describe('what the sandbox shows', () => {
  let sandbox: Sandbox;
  let home: string;
  beforeEach(async () => {
    sandbox = await startSandbox();
    home = sandbox.endpoint.slice(0, -'/api'.length);
  });
  afterEach(() => sandbox.close());

  const postFault = (fault: unknown) => post({ endpoint: home }, 'fault', fault, {});

  test('a page for users: counters, newest annotations, latest calls, nothing of it live HTML', async () => {
    await post(sandbox, 'annotate/', sample('313637921267122191', { classification: '<b>0.5&</b>' }));
    await post(sandbox, 'annotate/', '{');
    const { status, text, headers } = await get(home);
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/html; charset=utf-8']);
    assert.match(text, /<td>313637921267122191<\/td><td>&lt;b&gt;0\.5&amp;&lt;\/b&gt;<\/td>/);
    assert.match(text, /<td>annotate<\/td><td>200<\/td><td>1<\/td>/);
    assert.match(text, /<td>annotate<\/td><td>400<\/td><td>1<\/td>/);
  });

  test('the calls, the counts and the lost for programs', async () => {
    const annotations = [...samples(2), sample('5', { explanation: "it's" })];
    await post(sandbox, 'annotatelist/', { annotations });
    const { json } = await get(`${home}/received.json`);
    assert.deepEqual(json, {
      counts: { calls: { annotate: {}, annotatelist: { 200: 1 }, other: {} }, accepted: 3, stored: 2, lost: 1 },
      received: [
        {
          at: sandbox.received[0]?.at,
          method: 'POST',
          path: '/api/annotatelist/',
          status: 200,
          items: 3,
          user: 'Sandbox User',
          accepted: 3,
          annotations,
        },
      ],
      lost: [{ ...annotations[2], timestamp: sandbox.lost[0]?.timestamp, reason: 'explanation holds a single quote' }],
    });
    assert.deepEqual((await get(`${home}/counts.json`)).json, sandbox.counts);
  });

  test('the stored annotations, ids exact', async () => {
    await post(sandbox, 'annotatelist/', { annotations: samples(2) });
    const stored = (await get(`${home}/annotations.json`)).json as { objectId: string }[];
    assert.deepEqual(
      stored.map(({ objectId }) => objectId),
      ['313637921267122191', '313637921267122192'],
    );
  });

  test('takes faults from another process, shows them, and clears them', async () => {
    const faults = [
      { kind: 'status', status: 503, times: 2 },
      { kind: 'bad-item', nth: 2, item: { topic: 'r0b_lvra' } },
    ];
    assert.equal((await postFault(faults)).status, 200);
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 503);
    const shown = [
      { fault: faults[0], struck: 1 },
      { fault: faults[1], struck: 0 },
    ];
    assert.deepEqual((await get(`${home}/fault`)).json, shown);
    assert.equal((await fetch(`${home}/fault`, { method: 'DELETE' })).status, 200);
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 200);
  });

  test('refuses what is no fault, and says why', async () => {
    const refusals: [unknown, RegExp][] = [
      ['{', /the body is not JSON/],
      [{ kind: 'fire' }, /a fault is an object whose kind is one of latency, .*status, /],
      [{ kind: 'status' }, /status needs status: one of 302, 400, 401, /],
      [{ kind: 'status', status: 418 }, /status of status must be one of 302, 400, 401, /],
      [{ kind: 'latency', ms: '5' }, /ms of latency must be a number of at least 0/],
      [{ kind: 'hang', nth: 1 }, /hang has no nth; it may have endpoint, /],
      [{ kind: 'kafka', item: { objectId: 5 } }, /item of kafka must be an object of texts/],
      [[{ kind: 'cut' }, { kind: 'cut', times: 0 }], /times of cut must be a whole number of at least 1/],
    ];
    for (const [sent, reason] of refusals) {
      const reply: Reply = await postFault(sent);
      assert.equal(reply.status, 400);
      assert.match((reply.json as { error: string }).error, reason);
    }
    assert.deepEqual(sandbox.faults, [], 'of a list with a bad one, none is in force');
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
