import { AlertRejected } from '@lvra/core';

/** A batch of Kafka unpacks to more than is allowed. */
export function tooLarge(limit: number): AlertRejected {
  return new AlertRejected('batch_too_large', `it unpacks to more than the ${limit} bytes of max_unpacked_bytes`);
}

export function tooMany(records: number, limit: number): AlertRejected {
  return new AlertRejected('batch_too_large', `it has ${records} records, more than the ${limit} of max_batch_records`);
}

/** A batch of Kafka is not what its format says. */
export function damaged(what: string): AlertRejected {
  return new AlertRejected('batch_damaged', what);
}
