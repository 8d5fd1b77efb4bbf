import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultCase } from '../../fault-case.js';
import { untilRegistered } from '../../registered.js';

const MIB = 1024 ** 2;

/** Messages larger than the limit go to quarantine whole; large ones within it are alerts like others. */
export const cases: FaultCase[] = [
  {
    name: 'kafka-large',
    fault: 'messages larger than the limit, and larger than a fetch',
    settings: { LVRA_MAX_MESSAGE_BYTES: String(3 * MIB) },
    async run(world) {
      await world.startAll();
      await world.load.send(20);
      const padded = world.load.take(3).map((alert) => ({ ...alert, text: pad(alert.text, 2 * MIB) }));
      for (const alert of padded) await world.load.deliver([alert]);
      const tooLarge = world.load.take(3).map(({ text }, index) => Buffer.from(pad(text, (3 + 2 * index) * MIB + 1)));
      for (const message of tooLarge) {
        await world.injected();
        await world.load.sendRaw([message]);
      }
      await world.load.send(20);
      world.faultEnded();
      await untilRegistered(world, 46);
      const quarantined = await world.rows<{ reason: string; path: string }>(
        "SELECT reason, path FROM quarantine WHERE stage = 'consumer' ORDER BY bytes",
      );
      assert.deepEqual(
        quarantined.map(({ reason }) => reason),
        Array(3).fill('too_large'),
      );
      for (const [index, { path }] of quarantined.entries()) {
        assert.ok(readFileSync(join(world.root, path)).equals(tooLarge[index] as Buffer));
      }
    },
  },
];

/** The same alert, padded to a size. */
function pad(text: string, bytes: number): string {
  return `{${' '.repeat(bytes - Buffer.byteLength(text))}${text.slice(1)}`;
}
