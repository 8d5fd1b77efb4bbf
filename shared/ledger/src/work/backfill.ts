import { STAGES, type Stage } from '@lvra/core';
import type { Database } from '../database.js';
import { Insert, question, statement, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';

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

interface OpenRow {
  readonly stage: Stage;
  readonly last: Stage;
  readonly begun: bigint;
}

const FORGET_DONE = statement('DELETE FROM backfill WHERE vra = ? AND stage IS NULL');
const OPEN = question<OpenRow & { stem: string }>(
  'SELECT stem, stage, last_stage AS last, begun FROM backfill WHERE vra = @vra AND stem IN @stems',
);
const ASK = new Insert(
  'backfill',
  { vra: 'text', stem: 'text', stage: 'text', last_stage: 'text' },
  '(vra, stem) DO UPDATE SET stage = excluded.stage, last_stage = excluded.last_stage',
  ['vra', 'stem'],
);
const PROGRESS = question<{ vra: string; stage: Stage | null; stems: bigint; dead: bigint }>(
  `SELECT backfill.vra, backfill.stage, count(*) AS stems, count(work.dead_at) AS dead FROM backfill
   LEFT JOIN work ON work.stage = backfill.stage AND work.vra = backfill.vra AND work.stem = backfill.stem
   GROUP BY 1, 2`,
);
const LEFT = valueQuestion<bigint>('SELECT count(*) FROM backfill WHERE vra = ? AND stage = ?');
const STEMS = valueQuestion<string>("SELECT DISTINCT stem FROM backfill WHERE stage IN ('feature', 'predict')");
const BEGUN = 'FROM backfill WHERE vra = @vra AND stage = @stage AND begun = 1';
const FORGET_WORK = statement(
  `DELETE FROM work WHERE vra = @vra AND stage = @stage AND stem IN (SELECT stem ${BEGUN})`,
);

/**
 * The past stems that an operator asked a VRA to do. A row says which stage is next; the stem's status is as it was until
 * a stage that has nothing newer to do begins it (`WorkQueue.nextBackfilled`). From then on it is a stem like others.
 */
export class Backfill {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The stems of a range, both ends included, oldest first. @param version of the VRA's model */
  async stemsFrom(vra: string, version: string, [from, to]: readonly [string, string]): Promise<PastStem[]> {
    const column = columnOf(vra);
    const { feature, predict, annotate } = STATUS_TABLE;
    const rows = await this.#database.all(
      question<Record<Stage, bigint | null> & { stem: string; isScored: bigint }>(
        `SELECT f.stem, f.${column} AS feature, p.${column} AS predict, a.${column} AS annotate,
           CASE WHEN EXISTS (SELECT 1 FROM provenance
             WHERE stem = f.stem AND model_name = @vra AND model_version = @version) THEN 1 ELSE 0 END AS "isScored"
         FROM ${feature} f LEFT JOIN ${predict} p ON p.stem = f.stem LEFT JOIN ${annotate} a ON a.stem = f.stem
         WHERE f.stem BETWEEN @from AND @to ORDER BY f.stem`,
      ),
      { vra, version, from, to },
    );
    const codeOf = (code: bigint | null) => (code === null ? null : Number(code));
    return rows.map(({ stem, isScored, feature: f, predict: p, annotate: a }) => ({
      ...{ stem, isScored: Number(isScored) === 1 },
      ...{ feature: codeOf(f), predict: codeOf(p), annotate: codeOf(a) },
    }));
  }

  /** Has a VRA do past stems. One that an earlier backfill has is done from the earlier first to the later last stage. */
  ask(vra: string, stems: readonly Asked[]): Promise<AskedStems> {
    return this.#database.writing(async (tx) => {
      await tx.run(FORGET_DONE, vra);
      const rows = await tx.all(OPEN, { vra, stems: stems.map(({ stem }) => stem) });
      const open = new Map<string, OpenRow>(rows.map((row) => [row.stem, row]));
      const count = { added: 0, before: 0, apart: 0 };
      const wider: (readonly string[])[] = [];
      for (const asked of stems) {
        const before = open.get(asked.stem);
        const joined = before ? join(before, asked) : { stage: asked.first, last: asked.last, begun: 0n };
        count[typeof joined === 'string' ? joined : 'added']++;
        if (typeof joined === 'string') continue;
        open.set(asked.stem, joined);
        wider.push([vra, asked.stem, joined.stage, joined.last]);
      }
      await tx.each(ASK, wider);
      return count;
    });
  }

  /** The progress of each VRA that has stems to do, by name. */
  async progress(): Promise<BackfillProgress[]> {
    const found = new Map<string, BackfillProgress>();
    for (const { vra, stage, stems, dead } of await this.#database.all(PROGRESS)) {
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
  async left(stage: Stage, vra: string): Promise<number> {
    return Number(await this.#database.get(LEFT, vra, stage));
  }

  /** The stems whose files are needed, of all VRAs: all that are not done, but those that are only to be annotated. */
  stems(): Promise<string[]> {
    return this.#database.all(STEMS);
  }

  /**
   * Cancels what is not done: a stem that was begun, and waits, gets its previous status. One that is being done while this
   * happens is not recorded. A stem with new scores that opened it for annotating stays, behind the night: without its row
   * it would be the night's own, and late.
   *
   * @returns how many stems were cancelled
   */
  cancel(vra: string): Promise<number> {
    const column = columnOf(vra);
    return this.#database.writing(async (tx) => {
      for (const stage of STAGES) {
        const table = STATUS_TABLE[stage];
        const giveBack = `UPDATE ${table} SET timestamp = current_timestamp,
            ${column} = (SELECT status_before FROM backfill WHERE vra = @vra AND backfill.stem = ${table}.stem)
          WHERE ${column} NOT IN (1, -1) AND stem IN (SELECT stem ${BEGUN})`;
        await tx.run(statement(giveBack), { vra, stage });
        await tx.run(FORGET_WORK, { vra, stage });
      }
      const isOpened = `stage = 'annotate' AND begun = 0 AND EXISTS (SELECT 1 FROM ${STATUS_TABLE.annotate} own
        WHERE own.stem = backfill.stem AND own.${column} NOT IN (1, -1))`;
      return tx.run(statement(`DELETE FROM backfill WHERE vra = ? AND stage IS NOT NULL AND NOT (${isOpened})`), vra);
    });
  }
}

/** A stem of a backfill with the stages of another one, or why it stays as it is. */
function join(open: OpenRow, { first, last }: Asked): OpenRow | 'before' | 'apart' {
  const [from, to, openFrom, openTo] = [first, last, open.stage, open.last].map((stage) => STAGES.indexOf(stage)) as [
    ...[number, number, number, number],
  ];
  if (openFrom <= from && to <= openTo) return 'before';
  const isBetween = from > openTo + 1 || to < openFrom - 1;
  if (isBetween || (from < openFrom && Number(open.begun) === 1)) return 'apart';
  return { ...open, stage: STAGES[Math.min(from, openFrom)]!, last: STAGES[Math.max(to, openTo)]! };
}
