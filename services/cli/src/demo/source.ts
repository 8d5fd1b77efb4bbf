import type { AlertSource } from '@lvra/consumer';
import { sleep } from '@lvra/core';
import { hostileMessages, simulateAlerts, type Truth } from '@lvra/simulator';

/** Simulated alerts at a steady rate, a broken message among them now and then, and the truth about each object. */
export interface DemoSource extends AlertSource {
  readonly truths: ReadonlyMap<bigint, Truth>;
}

/** One message in this many is broken. */
const BROKEN_EVERY = 400;
/** Larger alerts would take longer to make than the rest of the demonstration. */
const BROKEN_BYTES = 1_000_000;

/** @param count alerts, `rate` of them a second; the broken ones come on top */
export function demoSource({ seed, count, rate }: { seed: number; count: number; rate: number }): DemoSource {
  const truths = new Map<bigint, Truth>();
  const broken = hostileMessages()
    .filter(({ outcome }) => outcome === 'quarantined')
    .map((message) => message.bytes())
    .filter(({ length }) => length < BROKEN_BYTES);
  return {
    name: 'simulate',
    truths,
    async run(sink, signal) {
      const alerts = simulateAlerts({ seed });
      const begun = performance.now();
      for (let made = 0; made < count && !signal.aborted; made++) {
        await sleep((made * 1_000) / rate - (performance.now() - begun), signal);
        const { text, diaObjectId, truth } = alerts.next().value;
        truths.set(diaObjectId, truth);
        const wait = sink.add({ bytes: Buffer.from(text), receivedMs: Date.now() });
        if (wait) await wait;
        const odd = broken[made / BROKEN_EVERY];
        if (odd) await sink.add({ bytes: odd, receivedMs: Date.now() });
      }
    },
  };
}
