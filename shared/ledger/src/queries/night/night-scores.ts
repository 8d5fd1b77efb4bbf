import { type PastScore, scoresOfObjects } from '../../annotations/score-history.js';
import type { Database } from '../../database.js';
import { tupleQuestion, valueQuestion } from '../../statements.js';
import { columnOf, STATUS_TABLE } from '../../status-tables.js';
import { newestStems } from '../newest-stems.js';

/** A score with what its source is filtered and ordered by; null is unknown. SQLite does not enforce the types of columns. */
export type NightScore = readonly [
  id: bigint,
  diaObjectId: bigint | null,
  diaSourceId: bigint | null,
  stem: string,
  score: number | null,
  modelVersion: string | null,
  midpointMjdTai: number | null,
  ra: number | null,
  decl: number | null,
  psfFlux: number | null,
  band: string | null,
];

/**
 * The threshold flags of a source, in two numbers that hold no id: n_gt22, n_gt21 and n_gt20 of 16 bits each, the first
 * lowest; then n_gt19 and n_gt18, and above them a bit each for first22 to first18. Null where one is unknown.
 */
export type PackedFlags = readonly [diaSourceId: bigint | null, brighter: number | null, rest: number | null];

/** The stems from one on; every one is smaller than `before`. */
interface Stems {
  readonly from: string;
  readonly before: string;
}

/** A stem, and how many alerts it has; undefined where the Python pipeline made it. */
export interface StemOfNight {
  readonly stem: string;
  readonly alerts: number | undefined;
}

const STEMS = tupleQuestion<readonly [stem: string, alerts: bigint | null]>(
  `SELECT own.stem, batch.alerts FROM ${STATUS_TABLE.predict} own LEFT JOIN batch ON batch.stem = own.stem
   WHERE own.stem >= ? AND own.stem < ? ORDER BY own.stem`,
);
const NEWEST_STEMS = tupleQuestion<readonly [stem: string, alerts: bigint | null]>(
  `SELECT own.stem, batch.alerts FROM ${STATUS_TABLE.predict} own LEFT JOIN batch ON batch.stem = own.stem
   WHERE own.stem < ':' ORDER BY own.stem DESC LIMIT ?`,
);
const OBSERVED = valueQuestion<number>('SELECT midpointMjdTai FROM source WHERE diaSourceId = ?');
const OBJECT_OF_SOURCE = valueQuestion<bigint>(
  `SELECT diaObjectId FROM threshold_flags_provenance
   WHERE stem IN @stems AND diaSourceId = @source AND diaObjectId IS NOT NULL LIMIT 1`,
);
const SELECT_SCORES = `SELECT p.ID, p.diaObjectId, p.diaSourceId, p.stem, p.score, p.model_version,
     source.midpointMjdTai, source.ra, source.decl, source.psfFlux, source.band
   FROM provenance p LEFT JOIN source ON source.diaSourceId = p.diaSourceId`;
const OF_STEMS = tupleQuestion<NightScore>(
  `${SELECT_SCORES} WHERE p.stem IN @stems AND p.model_name = @vra AND p.ID <= @last`,
);
const AFTER = tupleQuestion<NightScore>(
  `${SELECT_SCORES} WHERE p.ID > @after AND p.ID <= @last AND p.model_name = @vra AND p.stem >= @from AND p.stem < @before`,
);
/** Of several rows of a source the latest counts. */
const FLAGS = tupleQuestion<PackedFlags>(
  `SELECT diaSourceId,
     CAST(n_gt22 + 65536 * n_gt21 + 4294967296 * n_gt20 AS DOUBLE PRECISION),
     CAST(n_gt19 + 65536 * n_gt18
       + 4294967296 * (first22 + 2 * first21 + 4 * first20 + 8 * first19 + 16 * first18) AS DOUBLE PRECISION)
   FROM threshold_flags_provenance WHERE stem IN @stems ORDER BY stem, ID`,
);
const LAST_ID = valueQuestion<bigint>('SELECT coalesce(max(ID), 0) FROM provenance');
const FROM_ID = tupleQuestion<readonly [id: bigint, timestamp: string]>(
  'SELECT ID, timestamp FROM provenance WHERE ID >= ? ORDER BY ID LIMIT 1',
);

/** The scores of a night, in pages that each take milliseconds; every query uses an index. */
export class NightScores {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest first. */
  async stems({ from, before }: Stems): Promise<StemOfNight[]> {
    return (await this.#database.all(STEMS, from, before)).map(stemOfNight);
  }

  /** Those whose feature rows are made for a VRA. */
  async withFeatures(vra: string, { from, before }: Stems): Promise<Set<string>> {
    const question = valueQuestion<string>(
      `SELECT stem FROM ${STATUS_TABLE.feature} WHERE ${columnOf(vra)} IN (1, -1) AND stem >= ? AND stem < ?`,
    );
    return new Set(await this.#database.all(question, from, before));
  }

  /** The newest of all, newest first. */
  async newestStems(most: number): Promise<StemOfNight[]> {
    return (await this.#database.all(NEWEST_STEMS, most)).map(stemOfNight);
  }

  /** When a source was observed, MJD TAI; undefined if that is unknown. */
  observed(diaSourceId: bigint): Promise<number | undefined> {
    return this.#database.get(OBSERVED, diaSourceId);
  }

  /** The object of a source, if an alert with it is in one of the stems: it reads all of their alerts. */
  objectOfSource(source: bigint, stems: readonly string[]): Promise<bigint | undefined> {
    return this.#database.get(OBJECT_OF_SOURCE, { source, stems });
  }

  /** The ID of the newest score of all; 0 without any. IDs grow in the order of their commits. */
  async lastId(): Promise<bigint> {
    return (await this.#database.get(LAST_ID))!;
  }

  /** The scores of some stems up to an ID, in no order. */
  ofStems(vra: string, stems: readonly string[], last: bigint): Promise<NightScore[]> {
    return this.#database.all(OF_STEMS, { vra, stems, last });
  }

  /** The scores of a night with the IDs after one and up to another. */
  after(vra: string, { from, before }: Stems, after: bigint, last: bigint): Promise<NightScore[]> {
    return this.#database.all(AFTER, { vra, from, before, after, last });
  }

  /** The threshold flags of some stems' sources. */
  flags(stems: readonly string[]): Promise<PackedFlags[]> {
    return this.#database.all(FLAGS, { stems });
  }

  /** The newest stem before a text that a VRA has scored; undefined if there is none. */
  async stemBefore(vra: string, before: string): Promise<string | undefined> {
    const question = valueQuestion<string>(
      `SELECT stem FROM ${STATUS_TABLE.predict} WHERE ${columnOf(vra)} IN (1, -1) AND stem < @before AND stem < @end
       ORDER BY stem DESC LIMIT @most`,
    );
    const [stem] = await newestStems(this.#database, question, { end: before }, 1);
    return stem;
  }

  /** The oldest stem from a text on that a VRA has scored; undefined if there is none. */
  stemFrom(vra: string, from: string): Promise<string | undefined> {
    const question = valueQuestion<string>(
      `SELECT stem FROM ${STATUS_TABLE.predict} WHERE ${columnOf(vra)} IN (1, -1) AND stem >= ? ORDER BY stem LIMIT 1`,
    );
    return this.#database.get(question, from);
  }

  /** The ID of the first score that was recorded at a time or later, by the clocks then; one after all if none was. */
  async firstIdSince(ms: number): Promise<bigint> {
    const since = new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
    let [low, high] = [0n, (await this.lastId()) + 1n];
    // What is before `low` is older, and what is from `high` on is not.
    while (low < high) {
      const middle = (low + high) / 2n;
      const found = await this.#database.get(FROM_ID, middle);
      if (found === undefined || found[0] >= high || found[1] >= since) high = middle;
      else low = found[0] + 1n;
    }
    return low;
  }

  /** All scores that a VRA gave to each object, in the order of their IDs. */
  histories(vra: string, objects: readonly bigint[]): Promise<Map<bigint, PastScore[]>> {
    return scoresOfObjects(this.#database, vra, objects);
  }
}

function stemOfNight([stem, alerts]: readonly [string, bigint | null]): StemOfNight {
  return { stem, alerts: alerts === null ? undefined : Number(alerts) };
}
