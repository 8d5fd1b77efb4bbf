import { isStem, STATUS, type Stage } from '@lvra/core';
import { IS_OPEN } from '../quarantine.js';
import type { Database } from '../sqlite/connection.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';

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
  of(stage: Stage, vra: string): StageOverview {
    return this.#database.transaction(() => {
      const unfinished = this.#unfinishedByCode(stage, vra);
      const partial = this.#count(stage, `WHERE ${columnOf(vra)} = ${STATUS.partial}`);
      const others = unfinished.reduce((sum, { stems }) => sum + stems, partial);
      const failed = unfinished.filter(({ code }) => code !== STATUS.initialised);
      return {
        stage,
        vra,
        done: this.#count(stage) - this.#count(stage, `WHERE ${columnOf(vra)} IS NULL`) - others,
        partial,
        pending: unfinished.find(({ code }) => code === STATUS.initialised)?.stems ?? 0,
        failed: Object.fromEntries(failed.map(({ code, stems }) => [code, stems])),
        dead: this.dead(stage, vra),
        oldestPending: unfinished.map(({ oldest }) => oldest).sort()[0],
      };
    })();
  }

  #unfinishedByCode(stage: Stage, vra: string): { code: number; stems: number; oldest: string }[] {
    const column = columnOf(vra);
    return this.#database
      .prepare<[], { code: bigint; stems: bigint; oldest: string }>(
        `SELECT ${column} AS code, count(*) AS stems, min(stem) AS oldest FROM ${STATUS_TABLE[stage]}
         WHERE ${column} NOT IN (1, -1) GROUP BY ${column} ORDER BY ${column}`,
      )
      .all()
      .map(({ code, stems, oldest }) => ({ code: Number(code), stems: Number(stems), oldest }));
  }

  #count(stage: Stage, which = ''): number {
    return Number(this.#database.prepare(`SELECT count(*) FROM ${STATUS_TABLE[stage]} ${which}`).pluck().get());
  }

  dead(stage: Stage, vra: string): number {
    return Number(
      this.#database
        .prepare('SELECT count(*) FROM work WHERE stage = ? AND vra = ? AND dead_at IS NOT NULL')
        .pluck()
        .get(stage, vra),
    );
  }

  /** The stems that a stage has not done, oldest first. */
  unfinished(stage: Stage, vra: string): UnfinishedStem[] {
    const column = columnOf(vra);
    const rows = this.#database
      .prepare(
        `SELECT own.stem, own.${column} AS status, attempts, error, next_attempt, dead_at
         FROM ${STATUS_TABLE[stage]} own LEFT JOIN work ON work.stage = ? AND work.vra = ? AND work.stem = own.stem
         WHERE own.${column} NOT IN (1, -1) ORDER BY own.stem`,
      )
      .all(stage, vra) as Record<string, unknown>[];
    return rows.map((row) => ({
      stem: row.stem as string,
      stage,
      vra,
      status: Number(row.status),
      attempts: Number(row.attempts ?? 0),
      error: (row.error as string | null) ?? undefined,
      nextAttempt: Number(row.next_attempt ?? 0) || undefined,
      isDead: row.dead_at !== null,
    }));
  }

  /** The newest stems that a stage has done, newest first; rows of names that are no stems are skipped. */
  newestDone(stage: Stage, vra: string, most: number): string[] {
    const names = this.#database
      .prepare<[], string>(
        `SELECT stem FROM ${STATUS_TABLE[stage]} WHERE ${columnOf(vra)} IN (1, -1) ORDER BY stem DESC`,
      )
      .pluck()
      .iterate();
    const newest: string[] = [];
    for (const stem of names) {
      if (newest.length === most) break;
      if (isStem(stem)) newest.push(stem);
    }
    return newest;
  }

  /** How many alerts are in quarantine and can be replayed. */
  quarantined(): number {
    return Number(this.#database.prepare(`SELECT count(*) FROM quarantine WHERE ${IS_OPEN}`).pluck().get());
  }

  /** How many alerts were in quarantine until `lvra prune` removed their bytes. */
  prunedFromQuarantine(): number {
    return Number(
      this.#database
        .prepare('SELECT count(*) FROM quarantine WHERE replayed_as IS NULL AND pruned_at IS NOT NULL')
        .pluck()
        .get(),
    );
  }

  /**
   * The stems with alerts in quarantine of which a VRA has no score and will have none; undefined if there are none.
   *
   * @param only look at this stem alone
   */
  unscored(vra: string, only?: string): UnscoredStems | undefined {
    const row = this.#database
      .prepare<[Record<string, unknown>], { stems: bigint; oldest: string; newest: string }>(
        `SELECT count(*) AS stems, min(aside.stem) AS oldest, max(aside.stem) AS newest
         FROM (SELECT DISTINCT stem FROM quarantine WHERE ${IS_OPEN} AND stem = coalesce(@only, stem)) aside
         LEFT JOIN ${STATUS_TABLE.predict} own ON own.stem = aside.stem
         WHERE (own.stem IS NULL OR own.${columnOf(vra)} IN (1, -1))
           AND NOT EXISTS (SELECT 1 FROM provenance WHERE provenance.stem = aside.stem AND model_name = @vra)`,
      )
      .get({ vra, only: only ?? null });
    return row && row.stems > 0n ? { vra, ...row, stems: Number(row.stems) } : undefined;
  }

  /** The statements that make an empty ledger of this form; the spec keeps them beside it, as log_schema.sql. */
  schema(): string {
    const statements = this.#database
      .prepare<[], string>(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .pluck()
      .all();
    return `${statements.join(';\n')};\n`;
  }
}
