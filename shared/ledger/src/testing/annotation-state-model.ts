import type { CallEnd, Sendable } from '../annotations/reservations.js';
import { Ledger } from '../ledger.js';
import type { WorkQueue } from '../work/work-queue.js';

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

export class LedgerModel {
  readonly #ledger: Ledger;
  readonly #scores: readonly [ModelScore, ModelScore];
  readonly #work: WorkQueue;
  readonly #steps = new Map<string, [Tables, unknown]>();
  readonly #numbers = new Map<string, number>();
  readonly #numberOf = new WeakMap<Tables, number>();

  constructor(path: string, scores: readonly [ModelScore, ModelScore]) {
    this.#scores = scores;
    this.#ledger = Ledger.open(path, ['r0b'], { create: true });
    this.#ledger.database.pragma('synchronous = OFF');
    this.#work = this.#ledger.work('annotate', 'r0b');
    const add = 'INSERT OR REPLACE INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)';
    for (const { source, time } of scores) this.#ledger.database.prepare(add).run(source, time);
  }

  /** How many steps ran on the ledger. */
  get steps(): number {
    return this.#steps.size;
  }

  close(): void {
    this.#ledger.close();
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
    return this.#step(tables, `plan ${stem}`, () => {
      const { scores, seen } = this.#ledger.annotations.scores.unsettled('r0b', STEMS[stem]!);
      return { score: scores[0], seen: Number(seen) };
    });
  }

  /**
   * @param filler the score of another stem that is to go along
   * @returns the stems whose scores may be sent, and those whose scores are superseded
   */
  reserve(tables: Tables, sender: string, own: Planned, filler: Planned | undefined) {
    return this.#step(tables, `reserve ${sender} ${JSON.stringify([own, filler])}`, () => {
      const limits = { callsPerHour: 1 };
      const { reservations } = this.#ledger.annotations;
      const fillers = filler ? [sendable(filler)] : [];
      const result = reservations.reserve(this.#work, [sendable(own)], callOf(sender), limits, fillers);
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

  #load({ secondScored, annotation, outcomes, statuses }: Tables): void {
    const { database } = this.#ledger;
    database.exec('DELETE FROM provenance; DELETE FROM annotation; DELETE FROM annotation_outcome;');
    database.exec('DELETE FROM annotating; DELETE FROM predict; DELETE FROM lasair_call; DELETE FROM stem_event;');
    STEMS.forEach((stem, index) => {
      database.prepare('INSERT INTO predict (stem, r0b) VALUES (?, 1)').run(stem);
      database.prepare('INSERT INTO annotating (stem, r0b) VALUES (?, ?)').run(stem, statuses[index]);
      const outcome = outcomes[index] ?? null;
      if (outcome !== null) {
        database
          .prepare('INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, ?, 0)')
          .run(index + 1, outcome);
      }
      if (index === 1 && !secondScored) return;
      const { source } = this.#scores[index]!;
      database
        .prepare("INSERT INTO provenance VALUES (?, ?, ?, ?, 0.5, 'r0b', 'a1', current_timestamp)")
        .run(index + 1, OBJECT, source, stem);
    });
    if (annotation) {
      const { accepted, sending, sender, sendingFor, doubtFor } = annotation;
      const instant = (ticks: number) => (ticks > 0 ? NOW + ticks * TICK_MS : 0);
      database
        .prepare("INSERT INTO annotation VALUES ('r0b', ?, ?, ?, ?, ?, ?)")
        .run(OBJECT, accepted || null, sending || null, sender, instant(sendingFor), instant(doubtFor));
    }
  }

  #dump(): Tables {
    const { database } = this.#ledger;
    const [row] = database.prepare('SELECT * FROM annotation').all() as Record<string, bigint | string | null>[];
    const ticks = (until: unknown) => Math.max(Math.ceil((Number(until) - NOW) / TICK_MS), 0);
    const outcome = database.prepare('SELECT outcome FROM annotation_outcome WHERE provenance_ID = ?').pluck();
    const status = database.prepare('SELECT r0b FROM annotating WHERE stem = ?').pluck();
    return {
      secondScored: database.prepare('SELECT 1 FROM provenance WHERE ID = 2').get() !== undefined,
      annotation: row && {
        accepted: Number(row.accepted_ID ?? 0),
        sending: Number(row.sending_ID ?? 0),
        sender: row.sender as string | null,
        sendingFor: ticks(row.sending_until),
        doubtFor: ticks(row.doubt_until),
      },
      outcomes: [(outcome.get(1) as string) ?? null, (outcome.get(2) as string) ?? null],
      statuses: [Number(status.get(STEMS[0])), Number(status.get(STEMS[1]))],
    };
  }

  /** Runs a step of the real code on tables in the given state, once for each state. */
  #step<T>(tables: Tables, name: string, run: () => T): [Tables, T] {
    const key = `${name} ${this.numberOf(tables)}`;
    let done = this.#steps.get(key);
    if (!done) {
      this.#load(tables);
      const result = run();
      done = [this.#dump(), result];
      this.#steps.set(key, done);
    }
    return done as [Tables, T];
  }
}

const sendable = ({ stem, seen }: Planned): Sendable => ({
  ...{ id: BigInt(stem + 1), diaObjectId: OBJECT },
  seen: BigInt(seen),
});
const callOf = (sender: string) => ({ sender, now: NOW, until: NOW + RESERVED_TICKS * TICK_MS });
