import type { Database, Writing } from '../database.js';
import { question, statement } from '../statements.js';

/** The alerts of a batch file in their order: whose they are, and how long. Where each one begins follows from that. */
export interface AlertSizes {
  readonly diaObjectIds: BigInt64Array;
  /** Bytes, without what stands between the alerts. */
  readonly lengths: Uint32Array;
}

const ADD = statement('INSERT INTO alert_place (stem, diaObjectIds, lengths) VALUES (?, ?, ?)');
const OF_STEM = question<{ ids: Uint8Array; lengths: Uint8Array }>(
  'SELECT diaObjectIds AS ids, lengths FROM alert_place WHERE stem = ?',
);

/** Where each alert stands in its batch file, so that one alert is read without the others. */
export class AlertPlaces {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds those of a new batch, within its registration. */
  async add(tx: Writing, stem: string, { diaObjectIds, lengths }: AlertSizes): Promise<void> {
    await tx.run(ADD, stem, bytesOf(diaObjectIds), bytesOf(lengths));
  }

  /** Undefined for batches that an older release or the Python pipeline made. */
  async of(stem: string): Promise<AlertSizes | undefined> {
    const row = await this.#database.get(OF_STEM, stem);
    if (!row) return undefined;
    // Copied, because a view of numbers must begin where they may.
    return {
      diaObjectIds: new BigInt64Array(new Uint8Array(row.ids).buffer),
      lengths: new Uint32Array(new Uint8Array(row.lengths).buffer),
    };
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: BigInt64Array | Uint32Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
