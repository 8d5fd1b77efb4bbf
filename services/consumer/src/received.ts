import { relative } from 'node:path';
import { readEnvelope } from '@lvra/shared/alerts/envelope';
import { AlertRejected } from '@lvra/shared/errors';
import type { OffsetRange } from '@lvra/shared/ledger/batches';
import type { QuarantineEntry } from '@lvra/shared/ledger/quarantine';
import type { DataPaths } from '@lvra/shared/paths';
import { fingerprintOf } from './fingerprint.js';
import type { RawMessage } from './source.js';

export interface GoodAlert {
  readonly message: RawMessage;
  readonly diaObjectId: bigint;
}

export interface BadAlert {
  readonly message: RawMessage;
  readonly rejected: AlertRejected;
}

/** A message that was looked at. */
export type Received = GoodAlert | BadAlert;

export const isGood = (received: Received): received is GoodAlert => 'diaObjectId' in received;

/** Looks at a message: an alert that may stand in a batch file, or one for the quarantine. */
export function examine(message: RawMessage, mostBytes: number): Received {
  const { bytes } = message;
  try {
    if (bytes.length > mostBytes) {
      throw new AlertRejected('too_large', `the message has ${bytes.length} bytes, more than the ${mostBytes} allowed`);
    }
    return { message, diaObjectId: readEnvelope(bytes).diaObjectId };
  } catch (error) {
    if (!(error instanceof AlertRejected)) throw error;
    return { message, rejected: error };
  }
}

/** The rejected messages of a batch as the ledger lists them, each with the file that its bytes go to. */
export function quarantineEntries(
  batch: readonly Received[],
  stem: string,
  paths: DataPaths,
): { entry: QuarantineEntry; file: { path: string; bytes: Buffer } }[] {
  const at = Date.now();
  return batch.flatMap((received, position) => {
    if (isGood(received)) return [];
    const { bytes, origin, receivedMs } = received.message;
    const path = paths.quarantined(stem, 'consumer', position);
    const entry: QuarantineEntry = {
      stem,
      stage: 'consumer',
      position,
      reason: received.rejected.reason,
      detail: received.rejected.message,
      path: relative(paths.root, path),
      bytes: bytes.length,
      topic: origin?.topic,
      partition: origin?.partition,
      offset: origin?.offset,
      receivedMs: Number.isNaN(receivedMs) ? undefined : receivedMs,
      at,
    };
    return [{ entry, file: { path, bytes } }];
  });
}

/** What a batch takes of each partition; messages of a partition come in the order of their offsets. */
export function offsetRanges(batch: readonly Received[]): OffsetRange[] {
  const ends = new Map<string, { first: bigint; last: RawMessage }>();
  for (const { message } of batch) {
    if (!message.origin) continue;
    const { topic, partition, from } = message.origin;
    const key = `${topic}/${partition}`;
    ends.set(key, { first: ends.get(key)?.first ?? from, last: message });
  }
  return [...ends.values()].flatMap(({ first, last }) => {
    if (!last.origin) return [];
    const { topic, partition, offset, key } = last.origin;
    const fingerprint = fingerprintOf({ timestamp: last.receivedMs, key, value: last.bytes });
    return [{ topic, partition, first, next: offset + 1n, fingerprint }];
  });
}
