import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { ServiceName } from '@lvra/test-servers/service';
import { GROUP, PARTITIONS, TOPIC } from '../scenarios/pipeline-world.js';

const VRA = 'r0b';
const LAST_STEM = '99999999_999999';

/** Whether a stage is done with all that was sent. Other than the consumer, it has a row of every registered stem. */
export function isThrough(ledger: Ledger, name: ServiceName, sent: number): boolean {
  return registered(ledger) === BigInt(sent) && (name === 'consumer' || ledger.overview.of(name, VRA).pending === 0);
}

/** When a stage did its last stem, ms since 1970. */
export function lastDoneMs({ events, verification: { stems } }: Ledger, name: ServiceName): number {
  let last = Number.NEGATIVE_INFINITY;
  for (let page = stems.page('', LAST_STEM); page.length > 0; page = stems.page(page.at(-1) as string, LAST_STEM)) {
    for (const stem of page) {
      for (const { stage, at } of events.ofStem(stem)) if (stage === name) last = Math.max(last, at);
    }
  }
  return last;
}

/** Alerts: the partitions hold nothing else, from offset 0 on. */
function registered({ batches }: Ledger): bigint {
  const next = (partition: number) => batches.position(GROUP, TOPIC, partition)?.next ?? 0n;
  return Array.from({ length: PARTITIONS }, (_, partition) => next(partition)).reduce((sum, one) => sum + one, 0n);
}
