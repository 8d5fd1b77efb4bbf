import { isStem, UsageError } from '@lvra/core';
import { UNNAMED } from '../queries/verify/names.js';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import { STATUS_TABLE } from '../sqlite/status-columns.js';

/** IDs as a list of texts in JSON: numbers of JSON are doubles to some. */
const LISTED = 'SELECT CAST(value AS INTEGER) FROM json_each(?)';

/** How many rows of each table were removed. */
export type Removed = Readonly<Record<string, number>>;

/**
 * Removes rows that should not be in the ledger: what `lvra verify` finds to be no stem, doubled or altered.
 * Everything that depends on a row goes with it, in one transaction.
 */
export class Forgetting {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Removes all rows of a name that is no stem, or the status rows of a stem that has no other rows.
   *
   * @throws UsageError if the stem has a batch, scores or anything else that would be lost
   */
  stem(name: string): Removed {
    return writeTransaction(this.#database, () => {
      if (!isStem(name)) return this.#everything('stem = ?', name);
      const held = [
        'batch',
        'batch_offsets',
        'diaobjid_stems',
        'provenance',
        'threshold_flags_provenance',
        'quarantine',
      ].filter(
        (table) => this.#database.prepare(`SELECT 1 FROM ${table} WHERE stem = ? LIMIT 1`).get(name) !== undefined,
      );
      if (held.length > 0) throw new UsageError(`${name} stays: ${held.join(', ')} has rows of it`);
      return this.#remove([...Object.values(STATUS_TABLE), 'work', 'backfill'], 'stem = ?', name);
    });
  }

  /** Removes the rows whose stem is NULL, no text, or cannot be typed. */
  unnamed(): Removed {
    return writeTransaction(this.#database, () => this.#everything(UNNAMED));
  }

  /**
   * Removes scores by their provenance IDs, with their outcomes at Lasair.
   *
   * @param now ms since 1970
   * @throws UsageError if there is no such score, or a call with it may be in flight
   */
  scores(ids: readonly bigint[], now: number): Removed {
    return writeTransaction(this.#database, () => {
      const moving = this.#database
        .prepare('SELECT max(max(sending_until, doubt_until)) FROM annotation WHERE sending_ID = ?')
        .pluck();
      for (const id of ids) {
        this.#mustHave(['provenance', 'ID'], id, ['annotation_outcome', 'provenance_ID']);
        const until = Number(moving.get(id) ?? 0);
        if (until > now) {
          const seconds = Math.ceil((until - now) / 1_000);
          throw new UsageError(`a call with score ${id} may be in flight for ${seconds} s: stop annotate and wait`);
        }
      }
      const list = JSON.stringify(ids.map(String));
      const removed = this.#scores(`ID IN (${LISTED})`, list);
      // A score that is gone may still have an outcome.
      return { ...removed, ...this.#remove(['annotation_outcome'], `provenance_ID IN (${LISTED})`, list) };
    });
  }

  /** Removes threshold flags by their IDs. @throws UsageError if there are no such flags */
  flags(ids: readonly bigint[]): Removed {
    return writeTransaction(this.#database, () => {
      for (const id of ids) this.#mustHave(['threshold_flags_provenance', 'ID'], id);
      const condition = `ID IN (${LISTED})`;
      return this.#remove(['threshold_flags_provenance'], condition, JSON.stringify(ids.map(String)));
    });
  }

  /** Removes objects from diaobjid_stems. @throws UsageError if one is not in it */
  objects(diaObjectIds: readonly bigint[]): Removed {
    return writeTransaction(this.#database, () => {
      for (const id of diaObjectIds) this.#mustHave(['diaobjid_stems', 'diaObjectId'], id);
      const condition = `diaObjectId IN (${LISTED})`;
      return this.#remove(['diaobjid_stems'], condition, JSON.stringify(diaObjectIds.map(String)));
    });
  }

  #mustHave(place: readonly [string, string], id: bigint, ...others: (readonly [string, string])[]): void {
    const isThere = [place, ...others].some(
      ([table, column]) => this.#database.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).get(id) !== undefined,
    );
    if (!isThere) throw new UsageError(`${place[0]} has no row ${id}`);
  }

  #everything(condition: string, ...values: string[]): Removed {
    const others = ['work', 'backfill', 'diaobjid_stems', 'threshold_flags_provenance', 'batch'];
    return {
      ...this.#scores(condition, ...values),
      ...this.#remove([...Object.values(STATUS_TABLE), ...others], condition, ...values),
    };
  }

  #scores(condition: string, ...values: string[]): Removed {
    const ids = `SELECT ID FROM provenance WHERE ${condition}`;
    const run = (sql: string) => this.#database.prepare(sql).run(...values);
    run(`DELETE FROM annotation_outcome WHERE provenance_ID IN (${ids})`);
    run(`UPDATE annotation SET accepted_ID = NULL WHERE accepted_ID IN (${ids})`);
    return this.#remove(['provenance'], condition, ...values);
  }

  #remove(tables: readonly string[], condition: string, ...values: string[]): Removed {
    const removed: Record<string, number> = {};
    for (const table of tables) {
      const { changes } = this.#database.prepare(`DELETE FROM ${table} WHERE ${condition}`).run(...values);
      if (changes > 0) removed[table] = changes;
    }
    return removed;
  }
}
