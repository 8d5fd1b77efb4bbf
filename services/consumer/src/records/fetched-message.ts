import type { AlertRejected } from '@lvra/shared/errors';

/** One message of Kafka; or a batch of them that could not be unpacked, which stands for all of its messages. */
export interface FetchedMessage {
  /** Of a batch: that of its last message. */
  readonly offset: string;
  /** ms since 1970, or -1. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly refused?: RefusedBatch;
}

export interface RefusedBatch {
  readonly why: AlertRejected;
  /** The offset that it begins at; undefined where its format does not say. */
  readonly first: bigint | undefined;
}

/** What one batch of Kafka may grow to. */
export interface RecordLimits {
  /** Bytes of its records, unpacked. */
  readonly unpackedBytes: number;
  readonly records: number;
}
