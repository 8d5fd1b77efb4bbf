import { STATUS, type Stage } from '@lvra/core';
import type { Database, Questions } from '../database.js';
import { IS_OPEN } from '../quarantine.js';
import { question, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { newestStems } from './newest-stems.js';

/** Progress of one stage of one VRA. */
export interface StageOverview {
  readonly stage: Stage;
  readonly vra: string;
  readonly done: number;
  readonly partial: number;
  /** Status 0: never tried, or tried without an outcome. */
  readonly pending: number;
  /** How many stems have each of the codes that mean a failure; the dead ones are among them. */
  readonly failed: Readonly<Record<string, number>>;
  /** Given up on until an operator acts. */
  readonly dead: number;
  /** The oldest stem that is not done. */
  readonly oldestPending: string | undefined;
}

/** The stems that a stage has not done and that have one status code. */
export interface OpenStems {
  readonly code: number;
  readonly stems: number;
  readonly oldest: string;
}

/** A stem that a stage has not done. */
export interface UnfinishedStem {
  readonly stem: string;
  readonly stage: Stage;
  readonly vra: string;
  readonly status: number;
  readonly attempts: number;
  /** The last failure; undefined if it was never tried. */
  readonly error: string | undefined;
  /** ms since 1970; undefined if it may be tried now. */
  readonly nextAttempt: number | undefined;
  readonly isDead: boolean;
}

/** Stems of which nothing was scored, because their alerts are in quarantine. */
export interface UnscoredStems {
  readonly vra: string;
  readonly stems: number;
  readonly oldest: string;
  readonly newest: string;
}

interface UnfinishedRow {
  stem: string;
  status: bigint;
  attempts: bigint | null;
  error: string | null;
  next_attempt: bigint | null;
  dead_at: bigint | null;
}

const DEAD = valueQuestion<bigint>('SELECT count(*) FROM work WHERE stage = ? AND vra = ? AND dead_at IS NOT NULL');
const QUARANTINED = valueQuestion<bigint>(`SELECT count(*) FROM quarantine WHERE ${IS_OPEN}`);
const PRUNED = valueQuestion<bigint>(
  'SELECT count(*) FROM quarantine WHERE replayed_as IS NULL AND pruned_at IS NOT NULL',
);

/** What is done and what is left, for `lvra status` and for gauges. */
export class Overview {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Done stems are counted as all minus the others: SQLite counts a table without reading its rows, and each of the other
   * kinds has a partial index.
   */
  of(stage: Stage, vra: string): Promise<StageOverview> {
    return this.#database.reading(async (ask) => {
      const count = async (which = '') =>
        Number(await ask.get(valueQuestion<bigint>(`SELECT count(*) FROM ${STATUS_TABLE[stage]} ${which}`)));
      const unfinished = await unfinishedByCode(ask, stage, vra);
      const partial = await count(`WHERE ${columnOf(vra)} = ${STATUS.partial}`);
      const others = unfinished.reduce((sum, { stems }) => sum + stems, partial);
      const failed = unfinished.filter(({ code }) => code !== STATUS.initialised);
      return {
        stage,
        vra,
        done: (await count()) - (await count(`WHERE ${columnOf(vra)} IS NULL`)) - others,
        partial,
        pending: unfinished.find(({ code }) => code === STATUS.initialised)?.stems ?? 0,
        failed: Object.fromEntries(failed.map(({ code, stems }) => [code, stems])),
        dead: await this.dead(stage, vra, ask),
        oldestPending: unfinished.map(({ oldest }) => oldest).sort()[0],
      };
    });
  }

  async dead(stage: Stage, vra: string, ask: Questions = this.#database): Promise<number> {
    return Number(await ask.get(DEAD, stage, vra));
  }

  /** How many stems a stage has not done, by status code: quicker than `of`, which also counts those that it has done. */
  unfinishedByCode(stage: Stage, vra: string): Promise<OpenStems[]> {
    return unfinishedByCode(this.#database, stage, vra);
  }

  /** The stems that a stage has not done, oldest first. */
  async unfinished(stage: Stage, vra: string): Promise<UnfinishedStem[]> {
    const column = columnOf(vra);
    const unfinished = question<UnfinishedRow>(
      `SELECT own.stem, own.${column} AS status, attempts, error, next_attempt, dead_at
       FROM ${STATUS_TABLE[stage]} own LEFT JOIN work ON work.stage = ? AND work.vra = ? AND work.stem = own.stem
       WHERE own.${column} NOT IN (1, -1) ORDER BY own.stem`,
    );
    return (await this.#database.all(unfinished, stage, vra)).map((row) => ({
      stem: row.stem,
      stage,
      vra,
      status: Number(row.status),
      attempts: Number(row.attempts ?? 0),
      error: row.error ?? undefined,
      nextAttempt: Number(row.next_attempt ?? 0) || undefined,
      isDead: row.dead_at !== null,
    }));
  }

  /** The newest stems that a stage has done, newest first; rows of names that are no stems are skipped. */
  newestDone(stage: Stage, vra: string, most: number): Promise<string[]> {
    const done = valueQuestion<string>(
      `SELECT stem FROM ${STATUS_TABLE[stage]} WHERE ${columnOf(vra)} IN (1, -1) AND stem < @before
       ORDER BY stem DESC LIMIT @most`,
    );
    return newestStems(this.#database, done, {}, most);
  }

  /** How many alerts are in quarantine and can be replayed. */
  async quarantined(): Promise<number> {
    return Number(await this.#database.get(QUARANTINED));
  }

  /** How many alerts were in quarantine until `lvra prune` removed their bytes. */
  async prunedFromQuarantine(): Promise<number> {
    return Number(await this.#database.get(PRUNED));
  }

  /**
   * The stems with alerts in quarantine of which a VRA has no score and will have none; undefined if there are none.
   *
   * @param only look at this stem alone
   */
  async unscored(vra: string, only?: string): Promise<UnscoredStems | undefined> {
    const unscored = question<{ stems: bigint; oldest: string; newest: string }>(
      `SELECT count(*) AS stems, min(aside.stem) AS oldest, max(aside.stem) AS newest
       FROM (SELECT DISTINCT stem FROM quarantine WHERE ${IS_OPEN} ${only === undefined ? '' : 'AND stem = @only'}) aside
       LEFT JOIN ${STATUS_TABLE.predict} own ON own.stem = aside.stem
       WHERE (own.stem IS NULL OR own.${columnOf(vra)} IN (1, -1))
         AND NOT EXISTS (SELECT 1 FROM provenance WHERE provenance.stem = aside.stem AND model_name = @vra)`,
    );
    const row = (await this.#database.get(unscored, { vra, ...(only !== undefined && { only }) }))!;
    return Number(row.stems) > 0 ? { vra, ...row, stems: Number(row.stems) } : undefined;
  }
}

async function unfinishedByCode(ask: Questions, stage: Stage, vra: string): Promise<OpenStems[]> {
  const column = columnOf(vra);
  const byCode = question<{ code: bigint; stems: bigint; oldest: string }>(
    `SELECT ${column} AS code, count(*) AS stems, min(stem) AS oldest FROM ${STATUS_TABLE[stage]}
     WHERE ${column} NOT IN (1, -1) GROUP BY ${column} ORDER BY ${column}`,
  );
  const rows = await ask.all(byCode);
  return rows.map(({ code, stems, oldest }) => ({ code: Number(code), stems: Number(stems), oldest }));
}
