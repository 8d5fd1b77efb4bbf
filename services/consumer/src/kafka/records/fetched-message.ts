import type { AlertRejected } from '@lvra/core';

/** One Kafka message, or a batch that could not be unpacked and stands for all of its messages. */
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
  /** Its first offset; undefined if its format does not have it. */
  readonly first: bigint | undefined;
}

/** What one batch of Kafka may grow to. */
export interface RecordLimits {
  /** Bytes of its records, unpacked. */
  readonly unpackedBytes: number;
  readonly records: number;
}
