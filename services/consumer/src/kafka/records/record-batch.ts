const LENGTH_AT = 8;
/** The length field counts the bytes after it. */
const HEAD_BYTES = 12;
const MAGIC_AT = 16;
/** The header of format 2, and the shortest message of the older formats; both without the head. */
const LEAST_BYTES = { batch: 49, message: 14 } as const;

const FLAG = { transactional: 16, control: 32 } as const;
/** The kind of control record that marks an aborted transaction. */
const ABORT = 0;

/**
 * A packed batch of records as Kafka stores it (format 2), or a message of an older format, which may hold others. To
 * kafkajs it is one message, at the offset of its last record; it is unpacked when it is taken.
 *
 * https://kafka.apache.org/documentation/#messageformat
 */
export class RecordBatch {
  readonly bytes: Buffer;
  /** Of its last record; kafkajs asks for text. */
  readonly offset: string;
  /** kafkajs's name for what it hides from a reader. */
  isControlRecord: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.offset = String(this.last);
    this.isControlRecord = this.isControl;
  }

  /** 2 since Kafka 0.11; 0 and 1 before. */
  get magic(): number {
    return this.bytes.readInt8(MAGIC_AT);
  }

  /** The batch's first offset. A message of an old format that holds others has the last one's. */
  get base(): bigint {
    return this.bytes.readBigInt64BE(0);
  }

  get last(): bigint {
    return this.magic === 2 ? this.base + BigInt(Math.max(this.bytes.readInt32BE(23), 0)) : this.base;
  }

  get #attributes(): number {
    return this.bytes.readInt16BE(21);
  }

  get producerId(): bigint {
    return this.bytes.readBigInt64BE(43);
  }

  get isTransactional(): boolean {
    return this.magic === 2 && (this.#attributes & FLAG.transactional) !== 0;
  }

  /** Whether it holds transaction markers, which are not for readers. */
  get isControl(): boolean {
    return this.magic === 2 && (this.#attributes & FLAG.control) !== 0;
  }

  /** Whether it marks the end of a transaction that was aborted. */
  get endsAborted(): boolean {
    // The only record: five fields of one byte each, then the key: a version and a kind, 16 bits each.
    return this.isControl && this.bytes.length >= 70 && this.bytes.readInt16BE(68) === ABORT;
  }
}

/**
 * The batches of a fetch, in order, without a last one that the fetch size cut off.
 *
 * @throws if a length cannot be right: nothing after it can be found then
 */
export function recordBatches(fetched: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at + MAGIC_AT < fetched.length; ) {
    const length = fetched.readInt32BE(at + LENGTH_AT);
    const magic = fetched.readInt8(at + MAGIC_AT);
    if (magic < 0 || magic > 2 || length < (magic === 2 ? LEAST_BYTES.batch : LEAST_BYTES.message)) {
      const offset = fetched.readBigInt64BE(at);
      throw new Error(
        `Kafka sent something that is not a batch of messages at offset ${offset} (format ${magic}, ${length} bytes): ` +
          'the log on the broker is damaged there, or of a format that is newer than this program',
      );
    }
    const end = at + HEAD_BYTES + length;
    if (end > fetched.length) break;
    batches.push(new RecordBatch(fetched.subarray(at, end)));
    at = end;
  }
  return batches;
}

/** An aborted transaction, as Kafka lists it with a fetch. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/**
 * Marks the batches of aborted transactions, so that kafkajs hides them as it does the markers. Its own check expects
 * Kafka's list ordered by the transactions' starts; it is ordered by their ends, and aborted messages came through.
 */
export function hideAborted(batches: readonly RecordBatch[], aborted: readonly AbortedTransaction[]): void {
  const waiting = aborted
    .map(({ producerId, firstOffset }) => ({ producerId: BigInt(producerId), first: BigInt(firstOffset) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const open = new Set<bigint>();
  for (const batch of batches) {
    for (let next = waiting[0]; next && next.first <= batch.last; next = waiting[0]) {
      open.add(next.producerId);
      waiting.shift();
    }
    if (batch.endsAborted) open.delete(batch.producerId);
    else if (batch.isTransactional && open.has(batch.producerId)) batch.isControlRecord = true;
  }
}
