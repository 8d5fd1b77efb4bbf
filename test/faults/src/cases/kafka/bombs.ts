import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BOMBS, type Bomb } from '@lvra/test-servers/kafka/bombs';
import { ProduceConnection } from '@lvra/test-servers/kafka/produce-connection';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { untilRegistered } from '../../registered.js';

/** In every codec, one of millions of records, and then some at once. */
const IN_TURN = Object.keys(BOMBS) as Bomb[];
const AT_ONCE: readonly Bomb[] = Array(5).fill('lz4');
/** What docker-compose.yml gives the consumer, which all else in the container must fit into as well. */
const MEMORY_BYTES = 450 * 1024 ** 2;
const WITHIN_MS = 60_000;

/** Batches that grow wait among good ones for a consumer that starts; its memory stays within its container's. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-bombs',
    fault: 'small batches that unpack to a GiB in every codec, and to three million records',
    kafka: 'own',
    // The size of batches in production: what may be in memory beside them.
    settings: { LVRA_BATCH_ALERTS: '1000', LVRA_BATCH_SECONDS: '10' },
    async run(world) {
      const connection = await ProduceConnection.open(world.kafka.port);
      const send = (bomb: Bomb) => connection.send(world.topic, 0, BOMBS[bomb]());
      for (const bomb of IN_TURN) {
        await world.load.send(20);
        await send(bomb);
      }
      await world.load.send(20);
      for (const bomb of AT_ONCE) await send(bomb);
      await world.load.send(20);
      await connection.close();
      const begun = performance.now();
      await world.startAll();
      const bombs = IN_TURN.length + AT_ONCE.length;
      await world.injected(bombs);
      await untilRegistered(world, world.load.sent.length + bombs, WITHIN_MS);
      world.faultEnded();
      assert.ok(performance.now() - begun < WITHIN_MS, 'the good alerts must come in within a minute');
      const rows = await world.rows('SELECT reason, path, offsets FROM quarantine ORDER BY kafka_offset');
      assert.deepEqual(
        rows,
        [...IN_TURN, ...AT_ONCE].map((bomb) => {
          return { reason: 'batch_too_large', path: '', offsets: bomb === 'records' ? 3_000_000n : 1n };
        }),
      );
      assertFits(world);
    },
  },
];

function assertFits(world: FaultWorld): void {
  const { pid } = world.service('consumer');
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmHWM:\s+(\d+) kB$/m) ?? [];
  const peak = Number(kilobytes) * 1024;
  assert.ok(peak > 0 && peak < MEMORY_BYTES, `the consumer has had ${Math.round(peak / 1024 ** 2)} MiB in memory`);
  process.stdout.write(`kafka-bombs: the consumer had ${Math.round(peak / 1024 ** 2)} MiB in memory at most\n`);
}
