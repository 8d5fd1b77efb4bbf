import type { Logger } from '@lvra/telemetry';
import type { RawMessage } from '../sources/source.js';
import { type PartitionReader, receivedMsOf } from './partition/partition-reader.js';
import type { FetchedMessage } from './records/fetched-message.js';

/** Batches of Kafka that cannot be unpacked. */
export class RefusedBatches {
  readonly #log: Logger;
  /** The one that was found damaged last. */
  #damagedAt: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @returns whether it can be skipped; a damaged one is fetched again first: it may have been damaged in transit */
  canSkip({ topic, partition }: PartitionReader, { offset, refused }: FetchedMessage): boolean {
    const place = `${topic}[${partition}] offset ${offset}`;
    const again = refused?.why.reason === 'batch_damaged' && this.#damagedAt !== place;
    this.#damagedAt = place;
    const then = again ? 'fetching it once more' : 'skipping it; its offsets are in quarantine';
    const what = `a batch of Kafka that ends at ${place} cannot be used: ${refused?.why.message}`;
    this.#log.error({ topic, partition }, `${what}; ${then}`);
    return !again;
  }
}

/** Makes the source's message of a fetched one, or of a rejected batch, and advances the reader to it. */
export function rawMessage(reader: PartitionReader, message: FetchedMessage): RawMessage {
  const { topic, partition } = reader;
  const { key, value, refused } = message;
  const offset = BigInt(message.offset);
  const place = reader.advance(offset, refused?.first);
  const raw = { bytes: value ?? Buffer.alloc(0), receivedMs: receivedMsOf(message) };
  if (!refused) return { ...raw, origin: { topic, partition, offset, ...place, key } };
  const first = refused.first !== undefined && refused.first > place.from ? refused.first : place.from;
  return { ...raw, envelope: refused.why, origin: { topic, partition, offset, first, ...place, key } };
}
