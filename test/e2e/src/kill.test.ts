import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { simulateAlerts } from '@lvra/shared/simulator/simulator';
import { makeWorld, SERVICES, until, type World } from './world.js';

const ALERTS = 1_200;
const ALERTS_A_SEND = 25;

describe('kill -9 of each service in the middle of its stems, then a restart', () => {
  let world: World;
  const sent = take(ALERTS);

  before(async () => {
    world = await makeWorld({ LVRA_BATCH_ALERTS: '20', LVRA_BATCH_SECONDS: '1', LVRA_ANNOTATE_LIST_SIZE: '10' });
    await Promise.all(SERVICES.map((name) => world.start(name)));
    world.sandbox.fault({ kind: 'latency', ms: 20 });
  });

  after(() => world?.end());

  test('every alert is scored once and every object ends with the score of its newest source', async () => {
    const load = (async () => {
      for (let at = 0; at < sent.length; at += ALERTS_A_SEND) {
        await world.send(sent.slice(at, at + ALERTS_A_SEND).map(({ text }) => Buffer.from(text)));
        await sleep(150);
      }
    })();
    for (const name of [...SERVICES, ...SERVICES]) {
      await untilAtWork(world, name);
      await world.services.get(name)?.end('SIGKILL');
      await world.start(name);
    }
    await load;
    const ledger = world.ledger();
    const pendingStems = ledger.prepare(
      `SELECT count(*) FROM annotating a JOIN predict p USING (stem) JOIN feature_making f USING (stem)
       WHERE a.r0b NOT IN (1, -1) OR p.r0b NOT IN (1, -1) OR f.r0b NOT IN (1, -1)`,
    );
    const scored = ledger.prepare('SELECT count(*) FROM provenance').pluck();
    // A killed process holds its stem for 30 s; after that the sweep finds it within another minute.
    await until(
      world,
      'everything is scored and nothing is pending',
      () => Number(scored.get()) >= sent.length && pendingStems.pluck().get() === 0n,
      150_000,
    );

    const rows = ledger.prepare('SELECT diaObjectId, diaSourceId FROM provenance').all() as Record<string, bigint>[];
    assert.deepEqual(
      rows.map((row) => `${row.diaObjectId} ${row.diaSourceId}`).sort(),
      sent.map((alert) => `${alert.diaObjectId} ${alert.diaSourceId}`).sort(),
    );
    const newest = new Map<bigint, bigint>();
    for (const { diaObjectId, diaSourceId } of sent) newest.set(diaObjectId, diaSourceId);
    assert.equal(world.sandbox.annotations.size, newest.size);
    for (const [object, source] of newest) {
      const held = world.sandbox.annotations.get(`r0b_lvra/${object}`);
      assert.equal(JSON.parse(held?.classdict ?? '{}').blame_diaSourceId, String(source), `object ${object}`);
    }
    assert.equal(world.sandbox.lost.length, 0);
    const open = ledger.prepare(
      'SELECT count(*) FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID WHERE o.outcome IS NULL',
    );
    assert.equal(open.pluck().get(), 0n, 'every score has an outcome');
  });

  test('the statuses of every stem are 1 in all three tables', () => {
    for (const table of ['feature_making', 'predict', 'annotating']) {
      const codes = world.ledger().prepare(`SELECT DISTINCT r0b FROM ${table}`).pluck().all();
      assert.deepEqual(codes, [1n], table);
    }
  });
});

/**
 * Waits until a stage has a stem in hand, or the consumer a batch open, so that the kill hits it at work; where stems
 * are done too quickly to be seen, it is killed anyway.
 */
async function untilAtWork(world: World, name: (typeof SERVICES)[number]): Promise<void> {
  const atWork =
    name === 'consumer'
      ? world.ledger().prepare('SELECT 1 FROM batch WHERE registered_at IS NULL')
      : world.ledger().prepare(`SELECT 1 FROM work WHERE stage = '${name}' AND lease_until > 0`);
  const deadline = performance.now() + 2_000;
  while (!atWork.get() && performance.now() < deadline) await sleep(1);
}

/** Alerts some of whose objects come again with a newer source. */
function take(count: number) {
  const simulated = simulateAlerts({ seed: 77, forms: 'full', revisits: 0.2, meanSources: 4 });
  return Array.from({ length: count }, () => simulated.next().value);
}
