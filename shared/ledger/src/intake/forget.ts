import { isStem, UsageError } from '@lvra/core';
import type { Database, Questions, Writing } from '../database.js';
import { UNNAMED } from '../queries/verify/names.js';
import { type List, question, statement, valueQuestion } from '../statements.js';
import { STATUS_TABLE } from '../status-tables.js';

/** How many rows of each table were removed. */
export type Removed = Readonly<Record<string, number>>;

/** Some rows: a condition in SQL, and its values. */
interface Rows {
  readonly where: string;
  readonly values: Readonly<Record<string, string | List>>;
}

const HELD = valueQuestion<string>(
  ['batch', 'batch_offsets', 'diaobjid_stems', 'provenance', 'threshold_flags_provenance', 'quarantine']
    .map((table) => `SELECT '${table}' WHERE EXISTS (SELECT 1 FROM ${table} WHERE stem = @name)`)
    .join(' UNION ALL '),
);
const SCORES = valueQuestion<bigint>(
  'SELECT ID FROM provenance WHERE ID IN @ids UNION SELECT provenance_ID FROM annotation_outcome WHERE provenance_ID IN @ids',
);
const FLAGS = valueQuestion<bigint>('SELECT ID FROM threshold_flags_provenance WHERE ID IN @ids');
const OBJECTS = valueQuestion<bigint>('SELECT diaObjectId FROM diaobjid_stems WHERE diaObjectId IN @ids');
const IN_FLIGHT = question<{ id: bigint; until: bigint }>(
  `SELECT sending_ID AS id, CASE WHEN sending_until > doubt_until THEN sending_until ELSE doubt_until END AS until
   FROM annotation WHERE sending_ID IN @ids`,
);

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
  stem(name: string): Promise<Removed> {
    const rows = { where: 'stem = @name', values: { name } };
    return this.#database.writing(async (tx) => {
      if (!isStem(name)) return removeEverything(tx, rows);
      const held = await tx.all(HELD, { name });
      if (held.length > 0) throw new UsageError(`${name} stays: ${held.join(', ')} has rows of it`);
      return remove(tx, [...Object.values(STATUS_TABLE), 'work', 'backfill'], rows);
    });
  }

  /** Removes the rows whose stem is NULL, no text, or cannot be typed. */
  unnamed(): Promise<Removed> {
    return this.#database.writing((tx) => removeEverything(tx, UNNAMED));
  }

  /**
   * Removes scores by their provenance IDs, with their outcomes at Lasair.
   *
   * @param now ms since 1970
   * @throws UsageError if there is no such score, or a call with it may be in flight
   */
  scores(ids: readonly bigint[], now: number): Promise<Removed> {
    return this.#database.writing(async (tx) => {
      assertThere('provenance', ids, await tx.all(SCORES, { ids }));
      await assertLanded(tx, ids, now);
      const removed = await removeScores(tx, { where: 'ID IN @ids', values: { ids } });
      // A score that is gone may still have an outcome.
      const outcomes = { where: 'provenance_ID IN @ids', values: { ids } };
      return { ...removed, ...(await remove(tx, ['annotation_outcome'], outcomes)) };
    });
  }

  /** Removes threshold flags by their IDs. @throws UsageError if there are no such flags */
  flags(ids: readonly bigint[]): Promise<Removed> {
    return this.#database.writing(async (tx) => {
      assertThere('threshold_flags_provenance', ids, await tx.all(FLAGS, { ids }));
      return remove(tx, ['threshold_flags_provenance'], { where: 'ID IN @ids', values: { ids } });
    });
  }

  /** Removes objects from diaobjid_stems. @throws UsageError if one is not in it */
  objects(ids: readonly bigint[]): Promise<Removed> {
    return this.#database.writing(async (tx) => {
      assertThere('diaobjid_stems', ids, await tx.all(OBJECTS, { ids }));
      return remove(tx, ['diaobjid_stems'], { where: 'diaObjectId IN @ids', values: { ids } });
    });
  }
}

function assertThere(table: string, ids: readonly bigint[], found: readonly bigint[]): void {
  const there = new Set(found);
  const missing = ids.find((id) => !there.has(id));
  if (missing !== undefined) throw new UsageError(`${table} has no row ${missing}`);
}

async function assertLanded(ask: Questions, ids: readonly bigint[], now: number): Promise<void> {
  const call = (await ask.all(IN_FLIGHT, { ids })).find(({ until }) => Number(until) > now);
  if (!call) return;
  const seconds = Math.ceil((Number(call.until) - now) / 1_000);
  throw new UsageError(`a call with score ${call.id} may be in flight for ${seconds} s: stop annotate and wait`);
}

async function removeEverything(tx: Writing, rows: Rows): Promise<Removed> {
  const others = ['work', 'backfill', 'diaobjid_stems', 'threshold_flags_provenance', 'batch', 'alert_place'];
  const scores = await removeScores(tx, rows);
  return { ...scores, ...(await remove(tx, [...Object.values(STATUS_TABLE), ...others], rows)) };
}

async function removeScores(tx: Writing, { where, values }: Rows): Promise<Removed> {
  const ids = `SELECT ID FROM provenance WHERE ${where}`;
  await tx.run(statement(`DELETE FROM annotation_outcome WHERE provenance_ID IN (${ids})`), values);
  await tx.run(statement(`UPDATE annotation SET accepted_ID = NULL WHERE accepted_ID IN (${ids})`), values);
  return remove(tx, ['provenance'], { where, values });
}

async function remove(tx: Writing, tables: readonly string[], { where, values }: Rows): Promise<Removed> {
  const removed: Record<string, number> = {};
  for (const table of tables) {
    const rows = await tx.run(statement(`DELETE FROM ${table} WHERE ${where}`), values);
    if (rows > 0) removed[table] = rows;
  }
  return removed;
}
