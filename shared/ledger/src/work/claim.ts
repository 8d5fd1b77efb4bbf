import { isDone, STATUS, type Stage, UPSTREAM } from '@lvra/core';
import type { Questions } from '../database.js';
import { question } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { msLeft } from './waits.js';

/** The result of trying to claim a stem. */
export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: number }
  /** Done already; the delivery was a second one. */
  | { readonly kind: 'done' }
  /** Another process has it; ask again after `waitMs`. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** It waits after a failure or a requeue; it is due after `waitMs`. */
  | { readonly kind: 'later'; readonly waitMs: number }
  /** It used up its attempts; only `lvra retry` opens it. */
  | { readonly kind: 'dead' }
  /** The ledger does not know the stem for this VRA, or the stage before has not finished it. */
  | { readonly kind: 'not-ready' };

/** What decides whether a stem can be claimed. Without a row of work its times are null. */
interface ClaimRow {
  status: bigint | null;
  upstream: bigint | null;
  lease_until: bigint;
  next_attempt: bigint;
  waits_since: bigint | null;
  dead_at: bigint | null;
}

/** Whether a stem can be claimed. */
export class ClaimCheck {
  readonly #stage: Stage;
  readonly #vra: string;
  readonly #question;

  constructor(stage: Stage, vra: string) {
    this.#stage = stage;
    this.#vra = vra;
    const [upstream, column] = [UPSTREAM[stage], columnOf(vra)];
    this.#question = question<ClaimRow>(
      `SELECT own.${column} AS status, ${upstream ? `upstream.${column}` : STATUS.done} AS upstream,
         work.lease_until, work.next_attempt, work.waits_since, work.dead_at
       FROM ${STATUS_TABLE[stage]} own
       ${upstream ? `LEFT JOIN ${STATUS_TABLE[upstream]} upstream ON upstream.stem = own.stem` : ''}
       LEFT JOIN work ON work.stage = @stage AND work.vra = @vra AND work.stem = own.stem
       WHERE own.stem = @stem`,
    );
  }

  /** Why the stem cannot be claimed; undefined if it can. */
  async refusal(ask: Questions, stem: string, now: number, leaseMs: number): Promise<Claim | undefined> {
    const row = await ask.get(this.#question, { stage: this.#stage, vra: this.#vra, stem });
    if (!row || row.status === null) return { kind: 'not-ready' };
    if (isDone(Number(row.status))) return { kind: 'done' };
    if (!isDone(Number(row.upstream))) return { kind: 'not-ready' };
    if (row.dead_at !== null) return { kind: 'dead' };
    const leased = Number(row.lease_until) - now;
    if (leased > 0 && leased <= 2 * leaseMs) return { kind: 'busy', waitMs: leased };
    const waitMs = msLeft(row.next_attempt, row.waits_since, now, now + leaseMs);
    return waitMs > 0 ? { kind: 'later', waitMs } : undefined;
  }
}
