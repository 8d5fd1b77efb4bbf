import type { Database } from '../../sqlite/connection.js';
import { STATUS_TABLE } from '../../sqlite/status-columns.js';

/** What diaobjid_stems says, to compare with batch files. It reads and never writes. */
export class MappingVerification {
  readonly #database: Database;
  readonly #stemOf;
  #counts: Map<string, number> | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#stemOf = database.prepare<[bigint], string>('SELECT stem FROM diaobjid_stems WHERE diaObjectId = ?').pluck();
  }

  stemOf(diaObjectId: bigint): string | undefined {
    return this.#stemOf.get(diaObjectId) as string | undefined;
  }

  /** How many objects have their last alert in a stem. The first call counts all. */
  count(stem: string): number {
    this.#counts ??= new Map(
      (
        this.#database.prepare('SELECT stem, count(*) FROM diaobjid_stems GROUP BY stem').raw().all() as [
          string,
          bigint,
        ][]
      ).map(([name, objects]) => [name, Number(objects)]),
    );
    return this.#counts.get(stem) ?? 0;
  }

  /** The objects that have their last alert in a stem. Reads the whole table. */
  objectsOf(stem: string): bigint[] {
    return this.#database
      .prepare<[string], bigint>('SELECT diaObjectId FROM diaobjid_stems WHERE stem = ?')
      .pluck()
      .all(stem);
  }

  /** Some of the objects whose stem no status table has. */
  nowhere(): { diaObjectId: bigint; stem: string }[] {
    return this.#database
      .prepare<[], { diaObjectId: bigint; stem: string }>(
        `SELECT diaObjectId, stem FROM diaobjid_stems m
         WHERE NOT EXISTS (SELECT 1 FROM ${STATUS_TABLE.feature} f WHERE f.stem = m.stem) LIMIT 100`,
      )
      .all();
  }

  /** The newest stem that has features of each of these objects. Reads the whole table of flags, once. */
  newestWithFeatures(objects: readonly bigint[]): ReadonlyMap<bigint, string> {
    if (objects.length === 0) return new Map();
    const newest = this.#database
      .prepare<[string], [bigint, string]>(
        `SELECT diaObjectId, max(stem) FROM threshold_flags_provenance
         WHERE diaObjectId IN (SELECT value FROM json_each(?)) GROUP BY 1`,
      )
      .raw();
    return new Map(newest.all(`[${objects.join(',')}]`));
  }
}
