import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { post, sample, samples } from '../testing/caller.js';
import { type Sandbox, startSandbox } from './sandbox.js';

describe('POST /api/annotatelist/', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  test('queues the items in order and says how many', async () => {
    const reply = await post(sandbox, 'annotatelist/', { annotations: samples(3) });
    assert.deepEqual([reply.status, reply.json], [200, { status: 'success', n: 3 }]);
    assert.deepEqual(sandbox.received[0]?.annotations, samples(3));
    assert.deepEqual(
      [...sandbox.annotations.keys()],
      samples(3).map(({ objectId }) => `r0b_lvra/${objectId}`),
    );
  });

  test('accepts an empty list', async () => {
    const reply = await post(sandbox, 'annotatelist/', { annotations: [] });
    assert.deepEqual([reply.status, reply.json], [200, { status: 'success', n: 0 }]);
  });

  test('refuses annotations that are no list, and a form', async () => {
    const notAList = await post(sandbox, 'annotatelist/', { annotations: 'x' });
    assert.equal(notAList.status, 400);
    assert.deepEqual(notAList.json, { annotations: ['Expected a list of items but got type "str".'] });
    const form = await post(sandbox, 'annotatelist/', new URLSearchParams({ annotations: '[]' }));
    assert.equal(form.status, 400);
    assert.deepEqual(form.json, { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] });
    const nothing = await post(sandbox, 'annotatelist/', {});
    assert.deepEqual([nothing.status, nothing.json], [400, { annotations: ['This field is required.'] }]);
  });

  test('stops at a bad item: those before it stay queued, those after it are not', async () => {
    const [first, second, third] = samples(3);
    const reply = await post(sandbox, 'annotatelist/', { annotations: [first, { ...second, url: null }, third] });
    assert.deepEqual([reply.status, reply.json], [400, { url: ['This field may not be null.'] }]);
    assert.deepEqual([...sandbox.annotations.keys()], [`r0b_lvra/${first?.objectId}`]);
    const [call] = sandbox.received;
    assert.deepEqual([call?.status, call?.items, call?.accepted], [400, 3, 1]);
  });

  test('stops at an item of an unknown topic in the same way', async () => {
    const [first, second] = samples(2);
    const reply = await post(sandbox, 'annotatelist/', { annotations: [first, { ...second, topic: 'nowhere' }] });
    assert.deepEqual([reply.status, reply.json], [400, { error: 'Annotator error: topic nowhere does not exist' }]);
    assert.equal(sandbox.annotations.size, 1);
  });

  test('keeps bare ids of one list exact and apart', async () => {
    const ids = ['313637921267122191', '313637921267122192', '313637921267122193'];
    const items = ids.map((id) => JSON.stringify(sample(id)).replace(`"${id}"`, id));
    assert.equal((await post(sandbox, 'annotatelist/', `{"annotations":[${items}]}`)).status, 200);
    assert.deepEqual(
      [...sandbox.annotations.values()].map(({ objectId }) => objectId),
      ids,
    );
  });

  test('answers calls at the same time, each for itself', async () => {
    const lists = Array.from({ length: 20 }, (_, list) => samples(2000).slice(list * 100, list * 100 + 100));
    const replies = await Promise.all(lists.map((annotations) => post(sandbox, 'annotatelist/', { annotations })));
    assert.ok(replies.every(({ status }) => status === 200));
    assert.equal(sandbox.annotations.size, 2000);
    assert.deepEqual(sandbox.counts, {
      calls: { annotate: {}, annotatelist: { 200: 20 }, other: {} },
      ...{ accepted: 2000, stored: 2000, lost: 0 },
    });
  });

  test('refuses more than 25 MiB', async () => {
    const reply = await post(sandbox, 'annotatelist/', ' '.repeat(26_214_401));
    assert.equal(reply.status, 400);
    assert.match(reply.text, /Bad Request \(400\)/);
  });
});

describe('an older Lasair', () => {
  test('has no annotatelist, and does not count a call to it', async () => {
    const sandbox = await startSandbox({ hasListEndpoint: false, callsPerHour: 2 });
    try {
      for (let call = 0; call < 3; call++) {
        assert.equal((await post(sandbox, 'annotatelist/', { annotations: samples(1) })).status, 404);
      }
      assert.equal((await post(sandbox, 'annotate/', samples(1)[0])).status, 200);
    } finally {
      await sandbox.close();
    }
  });
});
