import { sleep } from '@lvra/core';

/** Kafka takes a million bytes in one request, however its alerts are compressed. */
const MOST_BYTES = 900_000;
const MOST_ALERTS = 200;
const TICK_MS = 50;

/** Takes `count` alerts, at most `rate` a second if given, in groups small enough for one Kafka request. */
export async function* rateLimit<T extends { readonly message: string | Buffer }>(
  alerts: Iterator<T>,
  { count, rate }: { count: number; rate?: number },
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const begun = performance.now();
  let taken = 0;
  while (taken < count && !signal.aborted) {
    const due =
      rate === undefined ? count : Math.min(count, Math.floor(((performance.now() - begun) / 1_000) * rate) + 1);
    if (taken >= due) {
      await sleep(TICK_MS, signal);
      continue;
    }
    const group: T[] = [];
    for (let bytes = 0; taken < due && group.length < MOST_ALERTS && bytes < MOST_BYTES; taken++) {
      const { value, done } = alerts.next();
      if (done) return;
      group.push(value);
      bytes += value.message.length;
    }
    yield group;
  }
}
