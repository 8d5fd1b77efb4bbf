import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { get, post, sample, TOKEN } from '../testing/caller.js';
import { type Sandbox, startSandbox } from './sandbox.js';

const ID = '313637921267122191';

describe('POST /api/annotate/', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({
      tokens: {
        [TOKEN]: { user: 'First Last', owns: ['r0b_lvra', 'asleep'] },
        'other-token': { user: 'Some Body', owns: ['theirs'] },
      },
      topics: { asleep: { active: false, owner: 'First Last' } },
    });
  });
  after(() => sandbox.close());

  const stored = (id = ID) => sandbox.annotations.get(`r0b_lvra/${id}`);

  test('queues and stores a good annotation, and answers with the queued message', async () => {
    const reply = await post(sandbox, 'annotate/', sample(ID));
    assert.equal(reply.status, 200);
    const { message, ...rest } = reply.json as { message: string };
    assert.deepEqual(rest, { status: 'success', annotation_topic: 'fast_annotations' });
    assert.ok(message.startsWith(`{"diaObjectId": ${ID}, "topic": "r0b_lvra", "version": "a1", `), message);
    const { objectId: _, ...texts } = sample(ID);
    const { diaObjectId: __, ...queued } = JSON.parse(message) as Record<string, unknown>;
    assert.deepEqual(queued, texts);
    assert.equal(stored()?.classification, '0.963998322011434');
  });

  test('keeps a bare 18-digit id exact', async () => {
    const body = JSON.stringify(sample(ID)).replace(`"${ID}"`, '313637921267122777');
    assert.equal((await post(sandbox, 'annotate/', body)).status, 200);
    assert.equal(stored('313637921267122777')?.objectId, '313637921267122777');
  });

  test('takes a form, as the Python client sends it, and a query string', async () => {
    const fields = new URLSearchParams({ ...sample('313637921267122301') });
    assert.equal((await post(sandbox, 'annotate/', fields)).status, 200);
    assert.deepEqual(stored('313637921267122301')?.classdict, sample(ID).classdict);
    fields.set('objectId', '313637921267122302');
    assert.equal((await post(sandbox, `annotate/?${fields}`, '')).status, 200);
    assert.equal(stored('313637921267122302')?.version, 'a1');
  });

  test('takes the token from the query too', async () => {
    assert.equal((await post(sandbox, `annotate/?token=${TOKEN}`, sample(ID), {})).status, 200);
    assert.ok(sandbox.received.at(-1)?.path === '/api/annotate/', 'the token is not on record');
  });

  test('refuses a call without a token or with a bad one', async () => {
    const refusals: [Record<string, string>, string][] = [
      [{}, 'Authentication credentials were not provided.'],
      [{ Authorization: `Bearer ${TOKEN}` }, 'Authentication credentials were not provided.'],
      [{ Authorization: 'Token wrong' }, 'Invalid token.'],
      [{ Authorization: 'Token' }, 'Invalid token header. No credentials provided.'],
      [{ Authorization: 'Token a b' }, 'Invalid token header. Token string should not contain spaces.'],
    ];
    for (const [headers, detail] of refusals) {
      const reply = await post(sandbox, 'annotate/', sample(ID), headers);
      assert.deepEqual([reply.status, reply.json], [401, { detail }]);
    }
  });

  test('refuses a topic that is unknown, not the caller\u2019s own, or inactive', async () => {
    const refusals = {
      nowhere: 'Annotator error: topic nowhere does not exist',
      theirs: 'Annotator error: First Last is not allowed to submit to topic theirs',
      asleep: 'Annotator error: topic asleep is not active -- ask Lasair team',
    };
    for (const [topic, error] of Object.entries(refusals)) {
      const reply = await post(sandbox, 'annotate/', sample(ID, { topic }));
      assert.deepEqual([reply.status, reply.json], [400, { error }]);
    }
  });

  test('names every bad field', async () => {
    const bad = { ...sample(ID), objectId: 'x', classification: '', classdict: { a: 1 }, url: null };
    const reply = await post(sandbox, 'annotate/', bad);
    assert.equal(reply.status, 400);
    assert.deepEqual(reply.json, {
      objectId: ['A valid integer is required.'],
      classification: ['This field may not be blank.'],
      classdict: ['Not a valid string.'],
      url: ['This field may not be null.'],
    });
  });

  test('requires all seven fields', async () => {
    for (const name of Object.keys(sample(ID))) {
      const { [name]: _, ...rest } = { ...sample(ID) } as Record<string, string>;
      const reply = await post(sandbox, 'annotate/', rest);
      assert.deepEqual([reply.status, reply.json], [400, { [name]: ['This field is required.'] }]);
    }
  });

  test('holds each field to its length, in characters and not in bytes', async () => {
    const longest = { topic: 255, classification: 80, version: 80, explanation: 1024, classdict: 4096, url: 1024 };
    for (const [name, length] of Object.entries(longest)) {
      const reply = await post(sandbox, 'annotate/', sample(ID, { [name]: 'x'.repeat(length + 1) }));
      const message = `Ensure this field has no more than ${length} characters.`;
      assert.deepEqual([reply.status, reply.json], [400, { [name]: [message] }]);
    }
    const atTheLimit = await post(sandbox, 'annotate/', sample(ID, { version: '\ud83d\ude00'.repeat(80) }));
    assert.equal(atTheLimit.status, 200);
  });

  test('lets explanation and url be blank', async () => {
    assert.equal((await post(sandbox, 'annotate/', sample(ID, { explanation: '', url: ' ' }))).status, 200);
    assert.equal(stored()?.url, '');
  });

  test('refuses a body that is not JSON', async () => {
    const reply = await post(sandbox, 'annotate/', 'not JSON');
    assert.equal(reply.status, 400);
    assert.match((reply.json as { detail: string }).detail, /^JSON parse error - /);
  });

  test('fails on nesting deeper than any stack, and continues', async () => {
    assert.equal((await post(sandbox, 'annotate/', '['.repeat(200_000))).status, 500);
    assert.equal((await post(sandbox, 'annotate/', sample(ID))).status, 200);
  });

  test('refuses a GET, though not before it knows the caller', async () => {
    const reply = await get(`${sandbox.endpoint}/annotate/`, { Authorization: `Token ${TOKEN}` });
    assert.deepEqual([reply.status, reply.json], [405, { detail: 'Method "GET" not allowed.' }]);
    assert.equal((await get(`${sandbox.endpoint}/annotate/`)).status, 401);
  });

  test('sends a path without its last slash to the one with it, as Django does', async () => {
    const reply = await post(sandbox, 'annotate', sample(ID));
    assert.deepEqual([reply.status, reply.headers.get('location')], [301, '/api/annotate/']);
    assert.equal((await post(sandbox, 'nothing/', {})).status, 404);
  });
});
