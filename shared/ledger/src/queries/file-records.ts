import type { Database } from '../database.js';
import { nameOf, type Summed } from '../intake/checksums.js';
import { question } from '../statements.js';

/** A file that the ledger knows of. */
export type RecordedFile = Exclude<Summed, { kind: 'scores' }>;

/** What the ledger has of a file. */
export interface FileRecord {
  /** When it was recorded, ms since 1970, by the clock of the host that made it. */
  readonly at: number;
  /** Undefined if it was made by a release without checksums, or without an own checksum. */
  readonly bytes: number | undefined;
}

interface Row {
  at: bigint;
  bytes: bigint | null;
}

const OF_CONSUMER = question<Row>(
  `SELECT b.registered_at AS at, c.bytes AS bytes FROM batch b
   LEFT JOIN checksum c ON c.stem = b.stem AND c.what = @what
   WHERE b.stem = @stem AND b.registered_at IS NOT NULL AND (b.alerts > 0 OR @what <> 'batch')`,
);
const OF_FEATURES = question<Row>(
  `SELECT e.at AS at, c.bytes AS bytes FROM stem_event e
   LEFT JOIN checksum c ON c.stem = e.stem AND c.what = @what
   WHERE e.stem = @stem AND e.stage = 'feature' AND e.status IN (1, -1) ORDER BY e.ID DESC LIMIT 1`,
);

/** When files were recorded and how long they are, for readers on another host than their maker's. */
export class FileRecords {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined if there is none, or the Python pipeline made it. */
  async of(stem: string, file: RecordedFile): Promise<FileRecord | undefined> {
    const question = file.kind === 'features' ? OF_FEATURES : OF_CONSUMER;
    const row = await this.#database.get(question, { stem, what: nameOf(file) });
    return row && { at: Number(row.at), bytes: row.bytes === null ? undefined : Number(row.bytes) };
  }
}
