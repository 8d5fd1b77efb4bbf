import type { CallEnd, Sendable } from '../annotations/reservations.js';
import type { Ledger } from '../ledger.js';
import { statement, type Value } from '../statements.js';
import type { WorkQueue } from '../work/work-queue.js';
import { ENGINE } from './engines.js';
import { changing, execute, tuplesIn } from './look-inside.js';

/**
 * The annotating steps on a real ledger, as functions from one state of its tables to the next. For the test of all
 * interleavings, which reaches the same state in many ways: each step runs once for each state.
 */

/** A score of the object, by what decides which one is the newest. */
export interface ModelScore {
  readonly source: bigint;
  readonly time: number;
}

/** A stem whose score was found to be the newest of its object, when `seen` was the greatest provenance ID. */
export interface Planned {
  readonly stem: number;
  readonly seen: number;
}

const OBJECT = 313637921267122191n;
const STEMS = ['20260202_102448', '20260202_102458'] as const;
const NOW = 1_800_000_000_000;
const TICK_MS = 1000;
/** Each state has its own rows of these. */
const CLEARED = ['provenance', 'annotation', 'annotation_outcome', 'annotating', 'lasair_call'] as const;

const DUMP = `SELECT (SELECT count(*) FROM provenance),
    (SELECT outcome FROM annotation_outcome WHERE provenance_ID = 1),
    (SELECT outcome FROM annotation_outcome WHERE provenance_ID = 2),
    (SELECT r0b FROM annotating WHERE stem = '${STEMS[0]}'),
    (SELECT r0b FROM annotating WHERE stem = '${STEMS[1]}'),
    diaObjectId, accepted_ID, sending_ID, sender, sending_until, doubt_until
  FROM (SELECT 1 AS one) one LEFT JOIN annotation ON true`;
type DumpedRow = [
  scores: bigint,
  firstOutcome: string | null,
  secondOutcome: string | null,
  firstStatus: bigint,
  secondStatus: bigint,
  diaObjectId: bigint | null,
  accepted: bigint | null,
  sending: bigint | null,
  sender: string | null,
  sendingUntil: bigint | null,
  doubtUntil: bigint | null,
];

/** How long a reservation lasts. */
export const RESERVED_TICKS = 2;

/** The ledger's rows, times in ticks from now. Rows 1 and 2 are the scores of one object, of stems 0 and 1. */
export interface Tables {
  readonly secondScored: boolean;
  readonly annotation:
    | {
        readonly accepted: number;
        readonly sending: number;
        readonly sender: string | null;
        readonly sendingFor: number;
        readonly doubtFor: number;
      }
    | undefined;
  readonly outcomes: readonly [string | null, string | null];
  readonly statuses: readonly [number, number];
}

/** A step that has yet to run. It is thrown, as a promise for each of the millions of steps asked for would be dear. */
export class StepToRun extends Error {
  constructor(readonly run: () => Promise<void>) {
    super('a step of the model has yet to run');
  }
}

/** Each step answers at once if it has run from the same tables, and otherwise throws a `StepToRun`. */
export class LedgerModel {
  readonly #ledger: Ledger;
  readonly #scores: readonly [ModelScore, ModelScore];
  readonly #work: WorkQueue;
  readonly #steps = new Map<string, [Tables, unknown]>();
  readonly #numbers = new Map<string, number>();
  readonly #numberOf = new WeakMap<Tables, number>();

  private constructor(ledger: Ledger, scores: readonly [ModelScore, ModelScore]) {
    this.#ledger = ledger;
    this.#scores = scores;
    this.#work = ledger.work('annotate', 'r0b');
  }

  static async open(place: string, scores: readonly [ModelScore, ModelScore]): Promise<LedgerModel> {
    const ledger = await ENGINE.open(place, ['r0b'], { create: true });
    await ENGINE.hurry(ledger);
    for (const { source, time } of scores) {
      await execute(ledger, 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)', source, time);
    }
    await execute(ledger, 'INSERT INTO predict (stem, r0b) VALUES (?, 1), (?, 1)', ...STEMS);
    return new LedgerModel(ledger, scores);
  }

  /** How many steps ran on the ledger. */
  get steps(): number {
    return this.#steps.size;
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }

  /** A unique number for each state of the tables. */
  numberOf(tables: Tables): number {
    let number = this.#numberOf.get(tables);
    if (number === undefined) {
      const text = JSON.stringify(tables);
      number = this.#numbers.get(text) ?? this.#numbers.size;
      this.#numbers.set(text, number);
      this.#numberOf.set(tables, number);
    }
    return number;
  }

  /** The tables one tick later; nothing runs on the ledger. */
  later(tables: Tables): Tables {
    const { annotation } = tables;
    if (!annotation) return tables;
    const less = (ticks: number) => Math.max(ticks - 1, 0);
    const { sendingFor, doubtFor } = annotation;
    if (sendingFor === 0 && doubtFor === 0) return tables;
    return { ...tables, annotation: { ...annotation, sendingFor: less(sendingFor), doubtFor: less(doubtFor) } };
  }

  plan(tables: Tables, stem: number) {
    return this.#step(tables, `plan ${stem}`, async () => {
      const { scores, seen } = await this.#ledger.annotations.scores.unsettled('r0b', STEMS[stem]!);
      return { score: scores[0], seen: Number(seen) };
    });
  }

  /**
   * @param filler the score of another stem that is to go along
   * @returns the stems whose scores may be sent, and those whose scores are superseded
   */
  reserve(tables: Tables, sender: string, own: Planned, filler: Planned | undefined) {
    return this.#step(tables, `reserve ${sender} ${JSON.stringify([own, filler])}`, async () => {
      const limits = { callsPerHour: 1 };
      const { reservations } = this.#ledger.annotations;
      const fillers = filler ? [sendable(filler)] : [];
      const result = await reservations.reserve(this.#work, [sendable(own)], callOf(sender), limits, fillers);
      const stems = (rows: readonly Sendable[]) => rows.map(({ id }) => Number(id) - 1);
      return { reserved: stems(result.reserved), superseded: stems(result.superseded) };
    });
  }

  finish(tables: Tables, sender: string, stem: number, end: CallEnd): Tables {
    const { reservations } = this.#ledger.annotations;
    return this.#step(tables, `finish ${sender} ${stem} ${end}`, () =>
      reservations.finish(this.#work, [sendable({ stem, seen: 0 })], callOf(sender), end, NOW),
    )[0];
  }

  settle(tables: Tables, stem: number, isSuperseded: boolean): Tables {
    const outcomes = new Map(isSuperseded ? [[BigInt(stem + 1), { outcome: 'superseded' as const }]] : []);
    return this.#step(tables, `settle ${stem} ${isSuperseded}`, () =>
      this.#ledger.annotations.settle(this.#work, STEMS[stem]!, outcomes, { now: NOW, durationMs: 1 }),
    )[0];
  }

  /** In few statements: each is a round trip to a server, and there are thousands of states. */
  #load({ secondScored, annotation, outcomes, statuses }: Tables): Promise<void> {
    return changing(this.#ledger, async (tx) => {
      const insert = async (into: string, rows: readonly (readonly Value[])[]) => {
        if (rows.length === 0) return;
        const places = rows.map((row) => `(${row.map(() => '?').join()})`).join();
        await tx.run(statement(`INSERT INTO ${into} VALUES ${places}`), ...rows.flat());
      };
      for (const table of CLEARED) await tx.run(statement(`DELETE FROM ${table}`));
      await insert(
        'annotating (stem, r0b)',
        STEMS.map((stem, index) => [stem, statuses[index]!]),
      );
      const known = outcomes.flatMap((outcome, index) => (outcome === null ? [] : [[index + 1, outcome, 0]]));
      await insert('annotation_outcome (provenance_ID, outcome, at)', known);
      const scores = STEMS.map((stem, index) => [
        index + 1,
        OBJECT,
        this.#scores[index]!.source,
        stem,
        0.5,
        'r0b',
        'a1',
      ]);
      await insert(
        'provenance (ID, diaObjectId, diaSourceId, stem, score, model_name, model_version)',
        secondScored ? scores : scores.slice(0, 1),
      );
      if (!annotation) return;
      const { accepted, sending, sender, sendingFor, doubtFor } = annotation;
      const instant = (ticks: number) => (ticks > 0 ? NOW + ticks * TICK_MS : 0);
      const row = ['r0b', OBJECT, accepted || null, sending || null, sender, instant(sendingFor), instant(doubtFor)];
      await insert('annotation', [row]);
    });
  }

  async #dump(): Promise<Tables> {
    const [row] = await tuplesIn<DumpedRow>(this.#ledger, DUMP);
    const [scores, first, second, firstStatus, secondStatus, ofObject, accepted, sending, sender, until, doubt] = row!;
    const ticks = (until: bigint | null) => Math.max(Math.ceil((Number(until) - NOW) / TICK_MS), 0);
    return {
      secondScored: scores === 2n,
      annotation:
        ofObject === null
          ? undefined
          : {
              accepted: Number(accepted ?? 0),
              sending: Number(sending ?? 0),
              sender,
              sendingFor: ticks(until),
              doubtFor: ticks(doubt),
            },
      outcomes: [first, second],
      statuses: [Number(firstStatus), Number(secondStatus)],
    };
  }

  /** The result of a step of the real code on tables in the given state. @throws StepToRun if it has yet to run */
  #step<T>(tables: Tables, name: string, run: () => Promise<T>): [Tables, T] {
    const key = `${name} ${this.numberOf(tables)}`;
    const done = this.#steps.get(key);
    if (done) return done as [Tables, T];
    throw new StepToRun(async () => {
      await this.#load(tables);
      const result = await run();
      this.#steps.set(key, [await this.#dump(), result]);
    });
  }
}

const sendable = ({ stem, seen }: Planned): Sendable => ({
  ...{ id: BigInt(stem + 1), diaObjectId: OBJECT },
  seen: BigInt(seen),
});
const callOf = (sender: string) => ({ sender, now: NOW, until: NOW + RESERVED_TICKS * TICK_MS });
