import { alertOffsets, batchFileBytes } from '@lvra/store';
import { scanBatch } from '../batch-reader.js';
import { diaObjectIdAt } from '../envelope.js';

/** Where an alert stands in its batch file, bytes. */
export interface AlertPlace {
  readonly offset: number;
  readonly length: number;
}

/** Where each alert of one batch file stands. */
export class BatchIndex {
  readonly #diaObjectIds: BigInt64Array;
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;

  /** @param fileBytes how long the file is: if it is not, this is the index of another one */
  private constructor(
    readonly fileBytes: number,
    diaObjectIds: BigInt64Array,
    offsets: Float64Array,
    lengths: Uint32Array,
  ) {
    this.#diaObjectIds = diaObjectIds;
    this.#offsets = offsets;
    this.#lengths = lengths;
  }

  /** Of a file that we wrote, by what the ledger keeps of its alerts. */
  static ofSizes(diaObjectIds: BigInt64Array, lengths: Uint32Array): BatchIndex {
    const bytes = lengths.reduce((sum, length) => sum + length, 0);
    const fileBytes = batchFileBytes({ alerts: lengths.length, bytes });
    return new BatchIndex(fileBytes, diaObjectIds, alertOffsets(lengths), lengths);
  }

  /**
   * Of any batch file, by reading all of it. Alerts without a diaObjectId are left out.
   *
   * @throws BatchUnreadable, and the file system's error if the file cannot be opened
   */
  static async read(path: string, fileBytes: number): Promise<BatchIndex> {
    const diaObjectIds: bigint[] = [];
    const offsets: number[] = [];
    const lengths: number[] = [];
    for await (const { result, offset, bytes } of scanBatch(path, diaObjectIdAt)) {
      if (typeof result !== 'bigint') continue;
      diaObjectIds.push(result);
      offsets.push(offset);
      lengths.push(bytes.length);
    }
    const ids = BigInt64Array.from(diaObjectIds);
    return new BatchIndex(fileBytes, ids, Float64Array.from(offsets), Uint32Array.from(lengths));
  }

  /** The alerts of an object, in the order of the file. */
  placesOf(diaObjectId: bigint): AlertPlace[] {
    const places: AlertPlace[] = [];
    for (
      let at = this.#diaObjectIds.indexOf(diaObjectId);
      at !== -1;
      at = this.#diaObjectIds.indexOf(diaObjectId, at + 1)
    ) {
      places.push({ offset: this.#offsets[at] as number, length: this.#lengths[at] as number });
    }
    return places;
  }
}
