import type { Batch } from 'kafkajs';
import type { RecordBatch } from './records/record-batch.js';
import type { Heartbeat } from './with-heartbeat.js';

/** kafkajs passes this, but its types do not have it. */
export interface FetchedBatch extends Omit<Batch, 'messages'> {
  readonly fetchedOffset: string;
  /** See client/patch-fetch.ts. */
  readonly messages: readonly RecordBatch[];
}

/** How the messages of a fetch are taken. */
export interface Taking {
  readonly heartbeat: Heartbeat;
  readonly resolveOffset: (offset: string) => void;
  /** Whether another member reads the partition by now, or reading has restarted or ended. */
  readonly over: () => boolean;
}
