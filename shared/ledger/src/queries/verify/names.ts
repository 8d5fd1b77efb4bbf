import type { Database } from '../../sqlite/connection.js';
import { STATUS_TABLE } from '../../sqlite/status-columns.js';

/** The tables that name stems, with those of the team's spec first. */
export const STEM_TABLES = [
  ...Object.values(STATUS_TABLE),
  'diaobjid_stems',
  'provenance',
  'threshold_flags_provenance',
  'batch',
] as const;

const DIGIT = '[0-9]';
/** `YYYYMMDD_HHMMSS` for GLOB; whether such a second exists is not checked. */
const LIKE_A_STEM = `${DIGIT.repeat(8)}_${DIGIT.repeat(6)}`;

/** Rows whose stem is NULL, no text, or has characters that cannot be typed: no command can name them. */
export const UNNAMED = "(typeof(stem) <> 'text' OR stem GLOB '*[^ -~]*' OR instr(stem, char(0)) > 0)";

/** Names that cannot be stems, as a row written by hand may have them. It reads and never writes. */
export class NameVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Texts instead of stems that do not even look like one. */
  odd(): string[] {
    const names = STEM_TABLES.map(
      (table) => `SELECT stem FROM ${table} WHERE stem NOT GLOB '${LIKE_A_STEM}' AND NOT ${UNNAMED}`,
    );
    return this.#database.prepare<[], string>(names.join(' UNION ')).pluck().all();
  }

  /** The tables that have rows of a name, and how many. */
  tablesWith(name: string): { table: string; rows: number }[] {
    return this.#count('stem = ?', name);
  }

  /** The tables that have rows without a name, and how many. */
  unnamed(): { table: string; rows: number }[] {
    return this.#count(UNNAMED);
  }

  #count(condition: string, ...values: string[]): { table: string; rows: number }[] {
    return STEM_TABLES.flatMap((table) => {
      const statement = this.#database.prepare(`SELECT count(*) FROM ${table} WHERE ${condition}`).pluck();
      const rows = Number(statement.get(...values));
      return rows > 0 ? [{ table, rows }] : [];
    });
  }
}
