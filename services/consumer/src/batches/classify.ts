import { relative } from 'node:path';
import { AlertRejected, checksumOf } from '@lvra/core';
import type { OffsetRange, QuarantineEntry } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';
import type { Alert, AlertFormat, LeftOutReason } from '../formats/format.js';
import { fingerprintOf } from '../sources/message-fingerprint.js';
import type { MessageOrigin, RawMessage } from '../sources/source.js';

export interface GoodAlert {
  readonly message: RawMessage;
  readonly alert: Alert;
}

export interface RejectedAlert {
  readonly message: RawMessage;
  readonly rejected: AlertRejected;
}

export interface LeftOutAlert {
  readonly message: RawMessage;
  readonly leftOut: LeftOutReason;
}

/** A message and what it was found to be. */
export type ClassifiedMessage = GoodAlert | RejectedAlert | LeftOutAlert;

export const isGood = (received: ClassifiedMessage): received is GoodAlert => 'alert' in received;

export const isLeftOut = (received: ClassifiedMessage): received is LeftOutAlert => 'leftOut' in received;

/** Classifies a message: an alert for the batch file, one for the quarantine, or one out of scope. */
export function classify(message: RawMessage, format: AlertFormat, mostBytes: number): ClassifiedMessage {
  const { bytes, envelope } = message;
  try {
    if (bytes.length > mostBytes) {
      throw new AlertRejected('too_large', `the message has ${bytes.length} bytes, more than the ${mostBytes} allowed`);
    }
    if (envelope instanceof AlertRejected) throw envelope;
    const alert = envelope ? { diaObjectId: envelope.diaObjectId, bytes } : format.read(bytes);
    if (typeof alert === 'string') return { message, leftOut: alert };
    return message.readBefore?.has(alert.bytes) ? { message, leftOut: 'read_before' } : { message, alert };
  } catch (error) {
    if (!(error instanceof AlertRejected)) throw error;
    return { message, rejected: error };
  }
}

/**
 * The rejected messages of a batch as the ledger lists them, each with the file for its bytes. A Kafka batch that
 * cannot be unpacked has no file: Kafka keeps it for some days.
 */
export function quarantineEntries(
  batch: readonly ClassifiedMessage[],
  stem: string,
  paths: DataPaths,
): { entry: QuarantineEntry; file: { path: string; bytes: Buffer } | undefined }[] {
  const at = Date.now();
  return batch.flatMap((received, position) => {
    if (!('rejected' in received)) return [];
    const { bytes, origin, receivedMs } = received.message;
    const isBatch = origin?.first !== undefined;
    const path = paths.quarantined(stem, 'consumer', position);
    const entry: QuarantineEntry = {
      stem,
      stage: 'consumer',
      position,
      reason: received.rejected.reason,
      detail: received.rejected.message,
      path: isBatch ? '' : relative(paths.root, path),
      bytes: bytes.length,
      checksum: isBatch ? undefined : checksumOf([bytes]),
      topic: origin?.topic,
      partition: origin?.partition,
      offset: origin?.first ?? origin?.offset,
      offsets: offsetsOf(origin),
      receivedMs: Number.isNaN(receivedMs) ? undefined : receivedMs,
      at,
    };
    return [{ entry, file: isBatch ? undefined : { path, bytes } }];
  });
}

/** How many Kafka offsets a message covers. */
function offsetsOf(origin: MessageOrigin | undefined): number {
  return origin?.first === undefined ? 1 : Number(origin.offset - origin.first) + 1;
}

/** The offsets a batch takes of each partition, whose messages are in offset order. */
export function offsetRanges(batch: readonly ClassifiedMessage[]): OffsetRange[] {
  const ends = new Map<string, { first: bigint; last: RawMessage; count: number; leftOut: number; gone: number }>();
  for (const received of batch) {
    const { message } = received;
    if (!message.origin) continue;
    const { topic, partition, from, gone: goneBefore = 0 } = message.origin;
    const key = `${topic}/${partition}`;
    const { first, count, leftOut, gone } = ends.get(key) ?? { first: from, count: 0, leftOut: 0, gone: 0 };
    const counts = {
      count: count + offsetsOf(message.origin),
      leftOut: leftOut + Number(isLeftOut(received)),
      gone: gone + goneBefore,
    };
    ends.set(key, { first, last: message, ...counts });
  }
  return [...ends.values()].flatMap(({ first, last, count, leftOut, gone }) => {
    if (!last.origin) return [];
    const { topic, partition, offset, key, first: begin } = last.origin;
    // A whole batch has no single message that Kafka will show again.
    const isBatch = begin !== undefined;
    const fingerprint = isBatch ? '' : fingerprintOf({ timestamp: last.receivedMs, key, value: last.bytes });
    const next = offset + 1n;
    const skipped = Number(next - first) - count - gone;
    return [{ topic, partition, first, next, leftOut, gone, skipped, fingerprint }];
  });
}
