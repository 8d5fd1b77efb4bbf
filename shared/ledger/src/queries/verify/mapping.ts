import type { Database } from '../../database.js';
import { question, tupleQuestion, valueQuestion } from '../../statements.js';
import { STATUS_TABLE } from '../../status-tables.js';

const STEMS_OF = tupleQuestion<[diaObjectId: bigint, stem: string]>(
  'SELECT diaObjectId, stem FROM diaobjid_stems WHERE diaObjectId IN @objects',
);
const COUNTS = tupleQuestion<[stem: string, objects: bigint]>(
  'SELECT stem, count(*) FROM diaobjid_stems GROUP BY stem',
);
const OBJECTS_OF = valueQuestion<bigint>('SELECT diaObjectId FROM diaobjid_stems WHERE stem = ?');
const NOWHERE = question<{ diaObjectId: bigint; stem: string }>(
  `SELECT diaObjectId AS "diaObjectId", stem FROM diaobjid_stems m
   WHERE NOT EXISTS (SELECT 1 FROM ${STATUS_TABLE.feature} f WHERE f.stem = m.stem) LIMIT 100`,
);
const NEWEST_WITH_FEATURES = tupleQuestion<[diaObjectId: bigint, stem: string]>(
  'SELECT diaObjectId, max(stem) FROM threshold_flags_provenance WHERE diaObjectId IN @objects GROUP BY 1',
);

/** What diaobjid_stems says, to compare with batch files. It reads and never writes. */
export class MappingVerification {
  readonly #database: Database;
  #counts: Map<string, bigint> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stem of each of these objects that has one. */
  async stemsOf(objects: readonly bigint[]): Promise<ReadonlyMap<bigint, string>> {
    return new Map(await this.#database.all(STEMS_OF, { objects }));
  }

  /** How many objects have their last alert in a stem. The first call counts all. */
  async count(stem: string): Promise<number> {
    this.#counts ??= new Map(await this.#database.all(COUNTS));
    return Number(this.#counts.get(stem) ?? 0);
  }

  /** The objects that have their last alert in a stem. Reads the whole table. */
  objectsOf(stem: string): Promise<bigint[]> {
    return this.#database.all(OBJECTS_OF, stem);
  }

  /** Some of the objects whose stem no status table has. */
  nowhere(): Promise<{ diaObjectId: bigint; stem: string }[]> {
    return this.#database.all(NOWHERE);
  }

  /** The newest stem that has features of each of these objects. Reads the whole table of flags, once. */
  async newestWithFeatures(objects: readonly bigint[]): Promise<ReadonlyMap<bigint, string>> {
    return new Map(objects.length === 0 ? [] : await this.#database.all(NEWEST_WITH_FEATURES, { objects }));
  }
}
