import type { Database, Writing } from '../database.js';
import { Insert, question } from '../statements.js';

/** The histogram of the scores of one night. */
export interface NightOfScores {
  /** YYYYMMDD, of the stems. */
  readonly night: string;
  /** How many scores lie between neighbouring edges. */
  readonly counts: readonly number[];
}

/** A version of a VRA's model that has scored. */
export interface ScoredVersion {
  readonly version: string;
  /** YYYYMMDD. */
  readonly firstNight: string;
  readonly lastNight: string;
  readonly scores: number;
}

interface ModelKey {
  readonly name: string;
  readonly version: string;
}

const ADD = new Insert(
  'score_count',
  { model_name: 'text', model_version: 'text', night: 'text', bin: 'real', scores: 'integer' },
  '(model_name, model_version, night, bin) DO UPDATE SET scores = score_count.scores + excluded.scores',
);
const NIGHTS = question<{ night: string; bin: number; scores: bigint }>(
  `SELECT night, bin, scores FROM score_count WHERE model_name = @name AND model_version = @version AND night IN (
     SELECT DISTINCT night FROM score_count WHERE model_name = @name AND model_version = @version
     ORDER BY night DESC LIMIT @most)
   ORDER BY night DESC`,
);

const VERSIONS = question<Omit<ScoredVersion, 'scores'> & { scores: bigint }>(
  `SELECT model_version AS version, min(night) AS "firstNight", max(night) AS "lastNight",
     CAST(sum(scores) AS BIGINT) AS scores
   FROM score_count WHERE model_name = @name GROUP BY model_version ORDER BY max(night) DESC, model_version`,
);

/** Histograms of the scores of each model version, by night; all replicas add to the same counts. */
export class ScoreCounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Adds the scores of a stem, within the transaction that records them.
   *
   * @param edges of the bins, rising; scores outside count for the first or the last bin
   */
  async add(
    tx: Writing,
    { name, version }: ModelKey,
    stem: string,
    scores: readonly number[],
    edges: readonly number[],
  ): Promise<void> {
    const night = stem.slice(0, 8);
    const bins = countsBetween(edges, scores).map((count, bin) => [name, version, night, edges[bin]!, count] as const);
    await tx.each(
      ADD,
      bins.filter(([, , , , count]) => count > 0),
    );
  }

  /** The newest nights of a model version, newest first. */
  async nights({ name, version }: ModelKey, edges: readonly number[], most: number): Promise<NightOfScores[]> {
    const rows = await this.#database.all(NIGHTS, { name, version, most });
    const nights = new Map<string, number[]>();
    for (const { night, bin, scores } of rows) {
      const counts = nights.get(night) ?? new Array<number>(edges.length - 1).fill(0);
      const at = binOf(edges, bin);
      counts[at] = (counts[at] as number) + Number(scores);
      nights.set(night, counts);
    }
    return [...nights].map(([night, counts]) => ({ night, counts }));
  }

  /** The versions of a VRA's model that have scored, the one that scored last first. */
  async versions(name: string): Promise<ScoredVersion[]> {
    const rows = await this.#database.all(VERSIONS, { name });
    return rows.map(({ scores, ...row }) => ({ ...row, scores: Number(scores) }));
  }
}

/** How many scores lie between neighbouring edges. */
export function countsBetween(edges: readonly number[], scores: Iterable<number>): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const score of scores) {
    const bin = binOf(edges, score);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** The bin that begins at or below a score; a score on an edge belongs to the bin above, the last edge to the last. */
function binOf(edges: readonly number[], score: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (score >= (edges[middle] as number)) low = middle;
    else high = middle;
  }
  return low;
}
