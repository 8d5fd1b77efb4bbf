const LENGTH_AT = 8;
/** Where the length stops counting: it counts what follows on it. */
const HEAD_BYTES = 12;
const MAGIC_AT = 16;
/** The header of format 2, and the shortest message of the formats before it; both without the head. */
const LEAST_BYTES = { batch: 49, message: 14 } as const;

const FLAG = { transactional: 16, control: 32 } as const;
/** The kind of a control record that says that a transaction was aborted. */
const ABORT = 0;

/**
 * A batch of records as it lies in Kafka, packed (format 2), or a message of the formats before, which may hold others.
 * To kafkajs it is one message, at the offset of its last record; nothing is unpacked until it is taken.
 *
 * https://kafka.apache.org/documentation/#messageformat
 */
export class RecordBatch {
  readonly bytes: Buffer;
  /** Of its last record; kafkajs asks for text. */
  readonly offset: string;
  /** What kafkajs calls what it keeps from a reader. */
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

  /** The offset that the batch begins at. A message of the old formats that holds others has the last one's. */
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

  /** Whether it holds markers of transactions, which are for no reader. */
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
 * The batches of a fetch, in order; the last one may be cut by the size of the fetch, and is left out then.
 *
 * @throws where a length cannot be right: nothing behind it can be found then
 */
export function recordBatches(fetched: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at + MAGIC_AT < fetched.length; ) {
    const length = fetched.readInt32BE(at + LENGTH_AT);
    const magic = fetched.readInt8(at + MAGIC_AT);
    if (magic < 0 || magic > 2 || length < (magic === 2 ? LEAST_BYTES.batch : LEAST_BYTES.message)) {
      const offset = fetched.readBigInt64BE(at);
      throw new Error(
        `Kafka sent what is no batch of messages at offset ${offset} (format ${magic}, ${length} bytes): ` +
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

/** A transaction of a fetch that was aborted, as Kafka lists them. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/**
 * Marks the batches that belong to aborted transactions, so that kafkajs keeps them from the reader as it does the
 * markers. Its own look at them takes one transaction a message from the list and expects the list in the order of
 * their beginnings: Kafka has it in the order of their ends, and messages of aborted transactions came through.
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
