import { STAGES, type Stage } from '@lvra/core';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';

/** In SQL, whether the stem of `own` waits for the stage as one of a backfill. */
export const IS_BACKFILLED = `EXISTS (SELECT 1 FROM backfill
  WHERE backfill.vra = @vra AND backfill.stem = own.stem AND backfill.stage = @stage)`;

/** A stem of the past as a VRA has it. */
export interface PastStem {
  readonly stem: string;
  /** The VRA's statuses; null if the stem was never meant for it. */
  readonly feature: number | null;
  readonly predict: number | null;
  readonly annotate: number | null;
  /** Whether the ledger has a score of it by the requested version. */
  readonly isScored: boolean;
}

/** A past stem that a VRA is to do, from one stage to another. */
export interface Asked {
  readonly stem: string;
  readonly first: Stage;
  readonly last: Stage;
}

/** What came of the stems that were asked for. */
export interface AskedStems {
  readonly added: number;
  /** To be done already. */
  readonly before: number;
  /** Left out: an earlier backfill has them at a stage from which it cannot take these up. */
  readonly apart: number;
}

/** Progress of the backfill of a VRA. */
export interface BackfillProgress {
  readonly vra: string;
  readonly stems: number;
  readonly done: number;
  /** How many wait for each stage, or are being done. */
  readonly left: Readonly<Record<Stage, number>>;
  /** How many of those are dead. */
  readonly dead: number;
}

/**
 * The past stems that an operator asked a VRA to do. A row says which stage is next; the stem's status is as it was until
 * a stage that has nothing newer to do begins it (`WorkQueue.nextBackfilled`). From then on it is a stem like others.
 */
export class Backfill {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = {
      forgetDone: database.prepare('DELETE FROM backfill WHERE vra = ? AND stage IS NULL'),
      open: database.prepare<[string, string], { stage: Stage; last: Stage; begun: bigint }>(
        'SELECT stage, last_stage AS last, begun FROM backfill WHERE vra = ? AND stem = ?',
      ),
      ask: database.prepare('INSERT INTO backfill (vra, stem, stage, last_stage) VALUES (?, ?, ?, ?)'),
      widen: database.prepare('UPDATE backfill SET stage = ?, last_stage = ? WHERE vra = ? AND stem = ?'),
      progress: database.prepare<[], { vra: string; stage: Stage | null; stems: bigint; dead: bigint }>(
        `SELECT backfill.vra, backfill.stage, count(*) AS stems, count(work.dead_at) AS dead FROM backfill
         LEFT JOIN work ON work.stage = backfill.stage AND work.vra = backfill.vra AND work.stem = backfill.stem
         GROUP BY 1, 2`,
      ),
      left: database
        .prepare<[string, Stage], bigint>('SELECT count(*) FROM backfill WHERE vra = ? AND stage = ?')
        .pluck(),
      stems: database
        .prepare<[], string>("SELECT DISTINCT stem FROM backfill WHERE stage IN ('feature', 'predict')")
        .pluck(),
      begun: database.prepare<[string], { stem: string; stage: Stage; before: bigint | null }>(
        'SELECT stem, stage, status_before AS before FROM backfill WHERE vra = ? AND stage IS NOT NULL AND begun = 1',
      ),
      forgetWork: database.prepare('DELETE FROM work WHERE stage = ? AND vra = ? AND stem = ?'),
    };
  }

  /** The stems of a range, both ends included, oldest first. @param version of the VRA's model */
  stemsFrom(vra: string, version: string, [from, to]: readonly [string, string]): PastStem[] {
    const column = columnOf(vra);
    const { feature, predict, annotate } = STATUS_TABLE;
    const rows = this.#database
      .prepare<[Record<string, string>], Record<Stage, bigint | null> & { stem: string; isScored: bigint }>(
        `SELECT f.stem, f.${column} AS feature, p.${column} AS predict, a.${column} AS annotate,
           EXISTS (SELECT 1 FROM provenance
             WHERE stem = f.stem AND model_name = @vra AND model_version = @version) AS isScored
         FROM ${feature} f LEFT JOIN ${predict} p ON p.stem = f.stem LEFT JOIN ${annotate} a ON a.stem = f.stem
         WHERE f.stem BETWEEN @from AND @to ORDER BY f.stem`,
      )
      .all({ vra, version, from, to });
    const codeOf = (code: bigint | null) => (code === null ? null : Number(code));
    return rows.map(({ stem, isScored, feature: f, predict: p, annotate: a }) => ({
      ...{ stem, isScored: isScored === 1n },
      ...{ feature: codeOf(f), predict: codeOf(p), annotate: codeOf(a) },
    }));
  }

  /** Has a VRA do past stems. One that an earlier backfill has is done from the earlier first to the later last stage. */
  ask(vra: string, stems: readonly Asked[]): AskedStems {
    return writeTransaction(this.#database, () => {
      this.#statements.forgetDone.run(vra);
      const count = { added: 0, before: 0, apart: 0 };
      for (const asked of stems) count[this.#askFor(vra, asked)]++;
      return count;
    });
  }

  #askFor(vra: string, { stem, first, last }: Asked): keyof AskedStems {
    const open = this.#statements.open.get(vra, stem);
    if (open === undefined) {
      this.#statements.ask.run(vra, stem, first, last);
      return 'added';
    }
    const [from, to, openFrom, openTo] = [first, last, open.stage, open.last].map((stage) => STAGES.indexOf(stage)) as [
      ...[number, number, number, number],
    ];
    if (openFrom <= from && to <= openTo) return 'before';
    const isBetween = from > openTo + 1 || to < openFrom - 1;
    if (isBetween || (from < openFrom && open.begun === 1n)) return 'apart';
    this.#statements.widen.run(
      ...[STAGES[Math.min(from, openFrom)] as Stage, STAGES[Math.max(to, openTo)] as Stage],
      ...([vra, stem] as const),
    );
    return 'added';
  }

  /** The progress of each VRA that has stems to do, by name. */
  progress(): BackfillProgress[] {
    const found = new Map<string, BackfillProgress>();
    for (const { vra, stage, stems, dead } of this.#statements.progress.all()) {
      const before = found.get(vra) ?? {
        vra,
        stems: 0,
        done: 0,
        left: { feature: 0, predict: 0, annotate: 0 },
        dead: 0,
      };
      found.set(vra, {
        vra,
        stems: before.stems + Number(stems),
        done: before.done + (stage === null ? Number(stems) : 0),
        left: stage === null ? before.left : { ...before.left, [stage]: Number(stems) },
        dead: before.dead + Number(dead),
      });
    }
    return [...found.values()].filter(({ stems, done }) => done < stems).sort((a, b) => (a.vra < b.vra ? -1 : 1));
  }

  /** How many stems wait for a stage, or are being done. */
  left(stage: Stage, vra: string): number {
    return Number(this.#statements.left.get(vra, stage));
  }

  /** The stems whose files are needed, of all VRAs: all that are not done, but those that are only to be annotated. */
  stems(): string[] {
    return this.#statements.stems.all();
  }

  /**
   * Cancels what is not done: a stem that was begun, and waits, gets its previous status. One that is being done while this
   * happens is not recorded. A stem with new scores that opened it for annotating stays, behind the night: without its row
   * it would be the night's own, and late.
   *
   * @returns how many stems were cancelled
   */
  cancel(vra: string): number {
    return writeTransaction(this.#database, () => {
      for (const { stem, stage, before } of this.#statements.begun.all(vra)) {
        const column = columnOf(vra);
        this.#database
          .prepare(
            `UPDATE ${STATUS_TABLE[stage]} SET ${column} = ?, timestamp = current_timestamp
             WHERE stem = ? AND ${column} NOT IN (1, -1)`,
          )
          .run(before, stem);
        this.#statements.forgetWork.run(stage, vra, stem);
      }
      const isOpened = `stage = 'annotate' AND begun = 0 AND EXISTS (SELECT 1 FROM ${STATUS_TABLE.annotate} own
        WHERE own.stem = backfill.stem AND own.${columnOf(vra)} NOT IN (1, -1))`;
      return this.#database
        .prepare(`DELETE FROM backfill WHERE vra = ? AND stage IS NOT NULL AND NOT (${isOpened})`)
        .run(vra).changes;
    });
  }
}
