import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'nats';
import { until } from './nats-bus.js';
import { VraWorld } from './vra-world.js';

const NOT_MEANT = [undefined, undefined, undefined];
const BOTH = ['r0b', 'agn'] as const;

test('a VRA is added and taken away without a word to the other', async (t) => {
  const world = await VraWorld.start(t);
  world.use('r0b', 'a1');
  world.use('agn', 'b1');

  // One VRA, with a stem that waits for the predict stage.
  world.configure('r0b');
  const [feature] = await world.run('feature');
  const before = await world.batch(t, ['r0b']);
  await until('its features are made', async () => (await world.statuses(before, 'r0b'))[0] === 1);
  await world.stop();
  assert.equal(feature?.alive, false);

  // A second one beside it.
  world.configure(...BOTH);
  const services = await world.run('feature', 'predict', 'annotate');
  const both = await world.batch(t, BOTH);
  await Promise.all([world.done(before, 'r0b'), ...BOTH.map((vra) => world.done(both, vra))]);
  assert.deepEqual(await world.scoredBy(before), { 'r0b a1': 5 });
  assert.deepEqual(await world.statuses(before, 'agn'), NOT_MEANT, 'an earlier stem was never meant for the new one');
  assert.deepEqual(await world.scoredBy(both), { 'agn b1': 5, 'r0b a1': 5 });
  assert.deepEqual([world.held('r0b_lvra'), world.held('agn_lvra')], [10, 5]);
  const made = (await world.ledger.events.ofStem(both)).filter(({ stage }) => stage === 'feature');
  assert.deepEqual(made.map(({ vra, rows }) => `${vra} ${rows}`).sort(), ['agn 5', 'r0b 5']);
  for (const vra of BOTH) {
    assert.match(
      (await services[1]?.metrics()) ?? '',
      new RegExp(`^lvra_score_count\\{.*vra="${vra}",version=".1".*\\} `, 'm'),
    );
  }

  // A new version of the first, while everything runs.
  world.use('r0b', 'a2');
  const swapped = await world.batch(t, BOTH);
  await Promise.all(BOTH.map((vra) => world.done(swapped, vra)));
  assert.deepEqual(await world.scoredBy(swapped), { 'agn b1': 5, 'r0b a2': 5 });
  const versions = [...world.sandbox.annotations.values()].map(({ topic, version }) => `${topic} ${version}`);
  assert.equal(versions.filter((version) => version === 'r0b_lvra a2').length, 5);

  // The second one goes, with a stem of its own undone.
  await world.stop();
  const left = await world.batch(t, BOTH);
  world.configure('r0b');
  const after = await world.batch(t, ['r0b']);
  await world.run('feature', 'predict', 'annotate');
  await Promise.all([left, after].map((stem) => world.done(stem, 'r0b')));
  assert.deepEqual(await world.statuses(left, 'agn'), [0, 0, 0], 'it waits for the VRA to come back');
  assert.deepEqual(await world.statuses(after, 'agn'), NOT_MEANT);
  assert.equal(world.held('agn_lvra'), 10);
  await assertGoesByItself(world.nats.url, 'predict-agn');
});

/** What the removed VRA leaves at NATS delays nothing and expires. */
async function assertGoesByItself(url: string, durable: string): Promise<void> {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    const { config: stream, state } = await manager.streams.info('LVRA');
    const { config } = await manager.consumers.info('LVRA', durable);
    assert.equal(stream.retention, 'limits', 'messages do not wait for anybody');
    assert.equal(state.messages, state.num_subjects, 'one message a stem');
    assert.ok((stream.max_age ?? 0) > 0);
    assert.equal(config.inactive_threshold, stream.max_age);
  } finally {
    await connection.close();
  }
}
