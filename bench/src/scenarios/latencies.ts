import { objectIdOf, serialOf } from './fresh-ids.js';
import type { Load } from './load.js';
import type { Held } from './sandbox-process.js';

/** What became of the alerts that were sent, by what Lasair holds in the end. */
export interface Arrivals {
  /** From Kafka's timestamp to when Lasair took the annotation, s, in rising order. */
  readonly latencies: Float64Array;
  /** What is wrong, a line each; empty where each alert has its annotation and there is no other. */
  readonly faults: readonly string[];
}

/** @param from the serial number of the first alert whose latency counts */
export function arrivalsOf(load: Pick<Load, 'sent' | 'sentAt'>, held: readonly Held[], from = 0): Arrivals {
  const at = new Map<number, number>();
  const strangers: string[] = [];
  for (const [objectId, ms] of held) {
    const serial = serialOf(BigInt(objectId));
    if (serial === undefined || serial >= load.sent) strangers.push(objectId);
    else at.set(serial, ms);
  }
  const serials = Array.from({ length: load.sent }, (_, serial) => serial);
  const missing = serials.filter((serial) => !at.has(serial));
  const faults: string[] = [];
  if (strangers.length > 0)
    faults.push(`${strangers.length} annotations of objects that were not sent: ${strangers[0]}`);
  if (missing.length > 0)
    faults.push(`${missing.length} alerts are not annotated: object ${objectIdOf(missing[0] as number)}`);
  const counted = [...at].filter(([serial]) => serial >= from);
  const latencies = Float64Array.from(counted, ([serial, ms]) => (ms - load.sentAt(serial)) / 1_000);
  return { latencies: latencies.sort(), faults };
}
