import type { Database } from '../../database.js';
import { valueQuestion } from '../../statements.js';
import { STATUS_TABLE } from '../../status-tables.js';

/** The tables that name stems, with those of the team's spec first. */
export const STEM_TABLES = [
  ...Object.values(STATUS_TABLE),
  'diaobjid_stems',
  'provenance',
  'threshold_flags_provenance',
  'batch',
] as const;

/** Some rows of a table that names stems: a condition in SQL, and its values. */
export interface NamedRows {
  readonly where: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Digits in the form `YYYYMMDD_HHMMSS`; whether such a second exists is not checked. */
const LIKE_A_STEM = "(length(stem) = 15 AND substr(stem, 9, 1) = '_' AND trim(stem, '0123456789') = '_')";

const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');

/**
 * Rows whose stem is NULL, no text, or has characters that cannot be typed: no command can name them. What SQLite lets in
 * and is no text does not equal itself as a text; of what can be typed nothing is left when that is trimmed.
 */
export const UNNAMED: NamedRows = {
  where: `(stem IS NULL OR NOT ${LIKE_A_STEM} AND (stem || '' <> stem OR trim(stem, @printable) <> ''))`,
  values: { printable: PRINTABLE },
};

const ODD = valueQuestion<string>(
  `${STEM_TABLES.map((table) => `SELECT stem FROM ${table} WHERE NOT ${LIKE_A_STEM} AND NOT ${UNNAMED.where}`).join(' UNION ')}
   ORDER BY 1`,
);

/** Names that cannot be stems, as a row written by hand may have them. It reads and never writes. */
export class NameVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Texts instead of stems that do not even look like one. */
  odd(): Promise<string[]> {
    return this.#database.all(ODD, UNNAMED.values);
  }

  /** The tables that have rows of a name, and how many. */
  tablesWith(name: string): Promise<{ table: string; rows: number }[]> {
    return this.#count({ where: 'stem = @name', values: { name } });
  }

  /** The tables that have rows without a name, and how many. */
  unnamed(): Promise<{ table: string; rows: number }[]> {
    return this.#count(UNNAMED);
  }

  async #count({ where, values }: NamedRows): Promise<{ table: string; rows: number }[]> {
    const counts = [];
    for (const table of STEM_TABLES) {
      const count = valueQuestion<bigint>(`SELECT count(*) FROM ${table} WHERE ${where}`);
      counts.push({ table, rows: Number(await this.#database.get(count, values)) });
    }
    return counts.filter(({ rows }) => rows > 0);
  }
}
