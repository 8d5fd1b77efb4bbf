import { STATUS } from '@lvra/core';
import { type Database, writeTransaction } from '../sqlite/connection.js';
import type { Statement } from '../sqlite/driver.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';
import type { WorkQueue } from '../work/work-queue.js';
import { CallBudget } from './call-budget.js';
import { Reservations } from './reservations.js';
import { AnnotationScores } from './scores.js';

/** The result of a score at Lasair. */
export const ANNOTATION_OUTCOMES = [
  /** Lasair took it. */
  'accepted',
  /** The object has a newer score; this one is not sent as long as it has. */
  'superseded',
  /** Below the lowest score that the VRA annotates. */
  'below_lowest',
  /** Not sent, because Lasair could not store it. */
  'refused',
  /** Sent, and refused by Lasair. */
  'rejected',
  /** Written to a file instead of sent. */
  'dry_run',
] as const;

export type AnnotationOutcome = (typeof ANNOTATION_OUTCOMES)[number];

/** An outcome that is not "accepted", which `Reservations.finish` records at once. */
export interface Outcome {
  readonly outcome: Exclude<AnnotationOutcome, 'accepted'>;
  readonly detail?: string;
}

/** By provenance ID. */
export type Outcomes = ReadonlyMap<bigint, Outcome>;

/** How a stem was done. */
export interface Settlement {
  /** ms since 1970 */
  readonly now: number;
  readonly durationMs: number;
}

export type Settled =
  /** `rows` were accepted or, in a dry run, would have been sent. `recorded`: the outcomes that were written now. */
  | {
      readonly kind: 'settled';
      readonly status: 1 | -1;
      readonly rows: number;
      readonly recorded: readonly AnnotationOutcome[];
    }
  /** The stem was done already; nothing was written. */
  | { readonly kind: 'done-before' }
  /** Some scores have no outcome yet; nothing was written. */
  | { readonly kind: 'unfinished'; readonly left: number }
  /** Lasair refused every score; nothing was written, so that all are sent again on the next attempt. */
  | { readonly kind: 'all-rejected' };

/**
 * The annotate stage's side of the ledger. A score has one outcome, or none while it is still to be sent.
 *
 * "accepted" and "superseded" hold until `reopenForResend` or until the reservations reopen the score; the others until
 * the stem is reopened in any way.
 */
export class AnnotationLedger {
  readonly scores: AnnotationScores;
  readonly calls: CallBudget;
  readonly reservations: Reservations;
  readonly #database: Database;
  readonly #partialByOthers = new Map<string, Statement>();
  readonly #statements;

  constructor(database: Database) {
    this.#database = database;
    this.scores = new AnnotationScores(database);
    this.calls = new CallBudget(database);
    this.reservations = new Reservations(database, this.scores, this.calls);
    this.#statements = {
      outcomes: database
        .prepare(
          `SELECT p.ID, o.outcome FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
           WHERE p.stem = ? AND p.model_name = ?`,
        )
        .raw(),
      write: database.prepare(
        'INSERT OR REPLACE INTO annotation_outcome (provenance_ID, outcome, at, detail) VALUES (?, ?, ?, ?)',
      ),
      forget: database.prepare(
        'DELETE FROM annotation_outcome WHERE provenance_ID IN (SELECT ID FROM provenance WHERE stem = ? AND model_name = ?)',
      ),
    };
  }

  /**
   * Reopens the stems that the Python pipeline left at -1: some rows were not sent, and it is unknown which, so all are
   * pending again. A stem that this pipeline left at -1 has an outcome for every score and stays.
   *
   * A row that had been sent is sent again if it is still the newest of its object: Lasair replaces an annotation by its
   * key, so that costs a call and changes nothing. One that is not the newest is settled without a call.
   *
   * @returns the stems, oldest first
   */
  reopenPartialPythonStems(work: WorkQueue): string[] {
    const find = () => this.#partialStatement(work.vra).all({ vra: work.vra }) as string[];
    // It reads every stem that ever was at -1: not with the write lock if there is nothing to reopen.
    if (find().length === 0) return [];
    return writeTransaction(this.#database, () => {
      const stems = find();
      for (const stem of stems) work.retry(stem, true);
      return stems;
    });
  }

  #partialStatement(vra: string): Statement {
    let statement = this.#partialByOthers.get(vra);
    if (!statement) {
      statement = this.#database
        .prepare(
          `SELECT stem FROM ${STATUS_TABLE.annotate} own WHERE ${columnOf(vra)} = -1
           AND NOT EXISTS (SELECT 1 FROM stem_event e
             WHERE e.stem = own.stem AND e.stage = 'annotate' AND e.vra = @vra AND e.status = -1)
           AND EXISTS (SELECT 1 FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
             WHERE p.stem = own.stem AND p.model_name = @vra AND o.outcome IS NULL)
           ORDER BY stem`,
        )
        .pluck();
      this.#partialByOthers.set(vra, statement);
    }
    return statement;
  }

  /**
   * Reopens a stem to be annotated once more: each of its scores that is the newest of its object is sent, also if Lasair
   * has taken it before.
   *
   * @returns false if the ledger does not know the stem
   */
  reopenForResend(work: WorkQueue, stem: string): boolean {
    return writeTransaction(this.#database, () => {
      if (!work.retry(stem, true)) return false;
      this.#statements.forget.run(stem, work.vra);
      return true;
    });
  }

  /**
   * Records the remaining outcomes of a stem and its status, or nothing: 1, or -1 if scores were refused here or by
   * Lasair, or if it has none.
   *
   * @param outcomes may hold those of other stems too
   */
  settle(work: WorkQueue, stem: string, outcomes: Outcomes, { now, durationMs }: Settlement): Settled {
    return writeTransaction(this.#database, () => {
      const recorded = this.#statements.outcomes.all(stem, work.vra) as [bigint, AnnotationOutcome | null][];
      const count = new Map<AnnotationOutcome, number>();
      const fresh: { id: bigint; outcome: Outcome }[] = [];
      let left = 0;
      for (const [id, before] of recorded) {
        const isFinal = before === 'accepted' || before === 'superseded';
        const outcome = isFinal ? undefined : outcomes.get(id);
        if (outcome) fresh.push({ id, outcome });
        const result = outcome?.outcome ?? before;
        if (result === null) left++;
        else count.set(result, (count.get(result) ?? 0) + 1);
      }
      const of = (outcome: AnnotationOutcome) => count.get(outcome) ?? 0;
      if (left > 0) return { kind: 'unfinished', left };
      if (recorded.length > 0 && of('rejected') === recorded.length) return { kind: 'all-rejected' };
      const isPartial = recorded.length === 0 || of('refused') + of('rejected') > 0;
      const status = isPartial ? STATUS.partial : STATUS.done;
      const rows = of('accepted') + of('dry_run');
      const counts = ANNOTATION_OUTCOMES.filter(of).map((outcome) => `${of(outcome)} ${outcome}`);
      const detail = recorded.length === 0 ? 'no score to annotate' : counts.join(', ');
      if (!work.complete(stem, { status, rows, now, durationMs, ...(detail && { detail }) }))
        return { kind: 'done-before' };
      for (const { id, outcome } of fresh) {
        this.#statements.write.run(id, outcome.outcome, Math.round(now), outcome.detail ?? null);
      }
      return { kind: 'settled', status, rows, recorded: fresh.map(({ outcome }) => outcome.outcome) };
    });
  }

  /** Settles several stems in one transaction, each as `settle` does. */
  settleAll(
    work: WorkQueue,
    stems: readonly string[],
    outcomes: Outcomes,
    how: Settlement,
  ): ReadonlyMap<string, Settled> {
    return writeTransaction(
      this.#database,
      () => new Map(stems.map((stem) => [stem, this.settle(work, stem, outcomes, how)])),
    );
  }
}
