import { Random } from '@lvra/core';
import { mutate } from '@lvra/fuzz/mutate';
import { takeBatch } from '@lvra/fuzz/take';
import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';
import type { FaultCase } from '../fault-case.js';

const BROKEN = 2_000;
const A_SEND = 50;

/** Broken messages, each of an alert of its own, and what must be scored of them. */
async function brokenMessages(seed: number): Promise<{ messages: Buffer[]; scored: SimulatedAlert[] }> {
  const random = new Random(seed);
  const alerts = simulateAlerts({ seed: seed ^ 0x5eed, forms: 'full', revisits: 0, meanSources: 4 });
  const made = Array.from({ length: BROKEN }, () => {
    const alert = alerts.next().value;
    return { alert, message: mutate(alert, random) };
  });
  const messages = made.map(({ message }) => message);
  // What Python agrees with: `make fuzz` holds the same code against it.
  const { verdicts } = await takeBatch(messages);
  const scored = verdicts.flatMap((verdict, number) => {
    if (!('id' in verdict) || verdict.sourceId === undefined) return [];
    const { alert } = made[number] as { alert: SimulatedAlert };
    return [{ ...alert, diaObjectId: BigInt(verdict.id), diaSourceId: verdict.sourceId }];
  });
  return { messages, scored };
}

export const cases: FaultCase[] = [
  {
    name: 'input-fuzz',
    fault: `${BROKEN} broken messages among good ones`,
    settings: { LVRA_BATCH_ALERTS: '200' },
    async run(world) {
      await world.startAll();
      const { messages, scored } = await brokenMessages(world.seed);
      for (let at = 0; at < messages.length; at += A_SEND) {
        await world.load.sendRaw(messages.slice(at, at + A_SEND).filter(({ length }) => length > 0));
        await world.load.send(10);
        await world.injected(A_SEND);
      }
      world.load.sent.push(...scored);
      world.faultEnded();
    },
  },
];
