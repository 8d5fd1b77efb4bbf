import { STATUS } from '@lvra/core';
import type { Database, Writing } from '../database.js';
import { Insert, type Question, statement, tupleQuestion, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
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

const OUTCOMES = tupleQuestion<readonly [id: bigint, outcome: AnnotationOutcome | null]>(
  `SELECT p.ID, o.outcome FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
   WHERE p.stem = ? AND p.model_name = ?`,
);
const WRITE = new Insert(
  'annotation_outcome',
  { provenance_ID: 'integer', outcome: 'text', at: 'integer', detail: 'text' },
  '(provenance_ID) DO UPDATE SET outcome = excluded.outcome, at = excluded.at, detail = excluded.detail',
);
const FORGET = statement(
  'DELETE FROM annotation_outcome WHERE provenance_ID IN (SELECT ID FROM provenance WHERE stem = ? AND model_name = ?)',
);

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

  constructor(database: Database) {
    this.#database = database;
    this.scores = new AnnotationScores(database);
    this.calls = new CallBudget(database);
    this.reservations = new Reservations(database, this.scores, this.calls);
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
  async reopenPartialPythonStems(work: WorkQueue): Promise<string[]> {
    const { vra } = work;
    const partial = partialByPython(vra);
    // It reads every stem that ever was at -1: not with the write lock if there is nothing to reopen.
    if ((await this.#database.all(partial, { vra })).length === 0) return [];
    return this.#database.writing(async (tx) => {
      const stems = await tx.all(partial, { vra });
      for (const stem of stems) await work.reopen(tx, stem, true);
      return stems;
    });
  }

  /**
   * Reopens a stem to be annotated once more: each of its scores that is the newest of its object is sent, also if Lasair
   * has taken it before.
   *
   * @returns false if the ledger does not know the stem
   */
  reopenForResend(work: WorkQueue, stem: string): Promise<boolean> {
    return this.#database.writing(async (tx) => {
      if (!(await work.reopen(tx, stem, true))) return false;
      await tx.run(FORGET, stem, work.vra);
      return true;
    });
  }

  /**
   * Records the remaining outcomes of a stem and its status, or nothing: 1, or -1 if scores were refused here or by
   * Lasair, or if it has none.
   *
   * @param outcomes may hold those of other stems too
   */
  settle(work: WorkQueue, stem: string, outcomes: Outcomes, how: Settlement): Promise<Settled> {
    return this.#database.writing((tx) => this.#settle(tx, work, stem, outcomes, how));
  }

  /** Settles several stems in one transaction, each as `settle` does. */
  settleAll(
    work: WorkQueue,
    stems: readonly string[],
    outcomes: Outcomes,
    how: Settlement,
  ): Promise<ReadonlyMap<string, Settled>> {
    return this.#database.writing(async (tx) => {
      const settled = new Map<string, Settled>();
      for (const stem of stems) settled.set(stem, await this.#settle(tx, work, stem, outcomes, how));
      return settled;
    });
  }

  async #settle(
    tx: Writing,
    work: WorkQueue,
    stem: string,
    outcomes: Outcomes,
    { now, durationMs }: Settlement,
  ): Promise<Settled> {
    const recorded = await tx.all(OUTCOMES, stem, work.vra);
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
    const isNew = await work.complete(tx, stem, { status, rows, now, durationMs, ...(detail && { detail }) });
    if (!isNew) return { kind: 'done-before' };
    const at = Math.round(now);
    await tx.each(
      WRITE,
      fresh.map(({ id, outcome: { outcome, detail } }) => [id, outcome, at, detail ?? null]),
    );
    return { kind: 'settled', status, rows, recorded: fresh.map(({ outcome }) => outcome.outcome) };
  }
}

function partialByPython(vra: string): Question<string> {
  return valueQuestion(
    `SELECT stem FROM ${STATUS_TABLE.annotate} own WHERE ${columnOf(vra)} = -1
     AND NOT EXISTS (SELECT 1 FROM stem_event e
       WHERE e.stem = own.stem AND e.stage = 'annotate' AND e.vra = @vra AND e.status = -1)
     AND EXISTS (SELECT 1 FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID
       WHERE p.stem = own.stem AND p.model_name = @vra AND o.outcome IS NULL)
     ORDER BY stem`,
  );
}
