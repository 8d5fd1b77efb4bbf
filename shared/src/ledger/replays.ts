import type { Stage } from '../stages.js';
import type { Database } from './connection.js';
import { Events } from './events.js';
import { columnOf, STATUS_TABLE } from './status-tables.js';

/** A stem within a replay's nights, with the VRA's statuses; null where the stem was never meant for it. */
export interface ReplayableStem {
  readonly stem: string;
  readonly feature: number | null;
  readonly predict: number | null;
  readonly annotate: number | null;
}

/** What a replay found of one stem. */
export type ReplayOutcome =
  | 'done'
  /** The file that it works on is gone, by retention for instance. */
  | 'missing';

/** What came of one stem. */
export interface ReplayedStem {
  readonly outcome: ReplayOutcome;
  /** Feature rows, scores or annotations. */
  readonly rows: number;
  /** Feature rows of which the model has no score. */
  readonly unscored?: number;
  /** How many of the scores provenance has of the same version. */
  readonly compared: number;
  /** The greatest |difference| to those. */
  readonly difference: number;
}

/** A replay that is under way, in this run or in several. */
export interface Replay {
  readonly id: bigint;
  /** ms since 1970. */
  readonly begunAt: number;
  /** The stems that it is through with. */
  readonly done: ReadonlySet<string>;
}

export interface ReplayTotals {
  readonly stems: number;
  readonly missing: number;
  readonly rows: number;
  readonly compared: number;
  readonly difference: number;
}

/**
 * How far each replay is. The job, as text, names it: the same job begun again while something of it is left goes on
 * where it was; once nothing is left, it is another replay.
 */
export class Replays {
  readonly #database: Database;
  readonly #events: Events;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#events = new Events(database);
    this.#statements = {
      open: database.prepare<[string], { ID: bigint; begun_at: bigint }>(
        'SELECT ID, begun_at FROM replay WHERE job = ? AND ended_at IS NULL',
      ),
      begin: database.prepare<[string, number]>('INSERT INTO replay (job, begun_at) VALUES (?, ?)'),
      end: database.prepare('UPDATE replay SET ended_at = ? WHERE ID = ?'),
      done: database.prepare<[bigint], string>('SELECT stem FROM replay_stem WHERE replay_ID = ?').pluck(),
      record: database.prepare('INSERT OR REPLACE INTO replay_stem VALUES (?, ?, ?, ?, ?, ?)'),
      totals: database.prepare<[bigint], Record<keyof ReplayTotals, bigint | number>>(
        `SELECT count(*) AS stems, count(*) FILTER (WHERE outcome = 'missing') AS missing,
           coalesce(sum(rows), 0) AS rows, coalesce(sum(compared), 0) AS compared,
           coalesce(max(difference), 0.0) AS difference
         FROM replay_stem WHERE replay_ID = ?`,
      ),
    };
  }

  /** Goes on with the job where something of it is left, or begins it. */
  begin(job: string, now: number): Replay {
    const open = this.#statements.open.get(job);
    if (!open)
      return { id: this.#statements.begin.run(job, now).lastInsertRowid as bigint, begunAt: now, done: new Set() };
    return {
      id: open.ID,
      begunAt: Number(open.begun_at),
      done: new Set(this.#statements.done.all(open.ID) as string[]),
    };
  }

  /** Nothing of it is left. */
  end(id: bigint, now: number): void {
    this.#statements.end.run(now, id);
  }

  totals(id: bigint): ReplayTotals {
    const totals = this.#statements.totals.get(id) as Record<keyof ReplayTotals, bigint | number>;
    return {
      stems: Number(totals.stems),
      missing: Number(totals.missing),
      rows: Number(totals.rows),
      compared: Number(totals.compared),
      difference: Number(totals.difference),
    };
  }

  /** The stems of the nights from `first` to `last` (YYYYMMDD), oldest first. */
  stems(vra: string, first: string, last: string): ReplayableStem[] {
    const column = columnOf(vra);
    const { feature, predict, annotate } = STATUS_TABLE;
    const rows = this.#database
      .prepare<[string, string], Record<Stage, bigint | null> & { stem: string }>(
        `SELECT f.stem, f.${column} AS feature, p.${column} AS predict, a.${column} AS annotate
         FROM ${feature} f LEFT JOIN ${predict} p ON p.stem = f.stem LEFT JOIN ${annotate} a ON a.stem = f.stem
         WHERE f.stem BETWEEN ? AND ? ORDER BY f.stem`,
      )
      .all(`${first}_`, `${last}_~`);
    const codeOf = (code: bigint | null) => (code === null ? null : Number(code));
    return rows.map((row) => ({
      stem: row.stem,
      feature: codeOf(row.feature),
      predict: codeOf(row.predict),
      annotate: codeOf(row.annotate),
    }));
  }

  /** Records that a replay is through with a stem, within the caller's transaction, also for `lvra stem`. */
  record(id: bigint, of: { stem: string; stage: Stage; vra: string }, result: ReplayedStem, event: ReplayEvent): void {
    const { outcome, rows, compared, difference } = result;
    this.#statements.record.run(id, of.stem, outcome, rows, compared, difference);
    if (outcome === 'done') this.#events.append({ ...of, status: 1, rows, ...event });
  }
}

/** What `lvra stem` shows of a replay. */
export interface ReplayEvent {
  /** ms since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly detail: string;
}
