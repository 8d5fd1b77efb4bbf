import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, post, samples, TOKEN } from '../testing/caller.js';
import { startSandbox } from './sandbox.js';

const HOUR = 3_600_000;

test('with 20 an hour the eleventh call is rejected, whatever the results of the ten', async () => {
  let now = 0;
  const sandbox = await startSandbox({ callsPerHour: 20, now: () => now });
  try {
    const call = () => post(sandbox, 'annotatelist/', { annotations: samples(2) });
    for (let good = 0; good < 8; good++) assert.equal((await call()).status, 200);
    assert.equal((await post(sandbox, 'annotate/', '{')).status, 400);
    const headers = { Authorization: `Token ${TOKEN}` };
    assert.equal((await get(`${sandbox.endpoint}/annotate/`, headers)).status, 405);
    assert.equal((await post(sandbox, 'annotate/', samples(1)[0], {})).status, 401, 'unknown callers do not count');

    const refused = await call();
    assert.equal(refused.status, 429);
    const message = 'Request limit exceeded. Either wait an hour, or see API documentation to increase your limits.';
    assert.deepEqual(refused.json, { message });
    assert.equal(refused.headers.get('retry-after'), null);
    now += HOUR;
    assert.equal((await call()).status, 200);
  } finally {
    await sandbox.close();
  }
});

test('a limit is a user\u2019s own, and shared by the tokens of the user', async () => {
  const sandbox = await startSandbox({
    tokens: {
      one: { user: 'A B', owns: ['r0b_lvra'], callsPerHour: 4 },
      two: { user: 'A B', owns: [], callsPerHour: 4 },
      else: { user: 'C D', owns: ['r0b_lvra'] },
    },
  });
  try {
    const call = async (token: string) =>
      (await post(sandbox, 'annotate/', samples(1)[0], { Authorization: `Token ${token}` })).status;
    assert.equal(await call('one'), 200);
    assert.equal(await call('two'), 200, 'the topic belongs to the user, with whichever token');
    assert.equal(await call('one'), 429);
    assert.equal(await call('two'), 429);
    assert.equal(await call('else'), 200);
  } finally {
    await sandbox.close();
  }
});
