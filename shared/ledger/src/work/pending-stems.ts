import { type Stage, UPSTREAM } from '@lvra/core';
import type { Questions } from '../database.js';
import { valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { IS_BACKFILLED } from './backfill.js';
import { LONGEST_BACKOFF_MS } from './waits.js';

/** The stems that a stage could claim now. A lease of 0 ms makes no lease count. */
export class PendingStems {
  readonly #stage: Stage;
  readonly #vra: string;
  readonly #questions;

  constructor(stage: Stage, vra: string) {
    this.#stage = stage;
    this.#vra = vra;
    const [table, upstream, column] = [STATUS_TABLE[stage], UPSTREAM[stage], columnOf(vra)];
    const [now, lease] = ['CAST(@now AS BIGINT)', 'CAST(@lease AS BIGINT)'];
    // What the Python pipeline did since is not dead any more.
    const isOpen = `EXISTS (SELECT 1 FROM ${table} own WHERE own.stem = backfill.stem AND own.${column} NOT IN (1, -1))`;
    const free = (of: 'own' | 'backfill') =>
      `${upstream ? `JOIN ${STATUS_TABLE[upstream]} upstream ON upstream.stem = ${of}.stem AND upstream.${column} IN (1, -1)` : ''}
     LEFT JOIN work ON work.stage = @stage AND work.vra = @vra AND work.stem = ${of}.stem
     WHERE (work.dead_at IS NULL${of === 'own' ? '' : ` OR NOT ${isOpen}`})
       AND (coalesce(work.next_attempt, 0) NOT BETWEEN ${now} + 1 AND ${now} + ${LONGEST_BACKOFF_MS} OR work.waits_since > ${now} + ${lease})
       AND coalesce(work.lease_until, 0) NOT BETWEEN ${now} + 1 AND ${now} + 2 * ${lease}`;
    const pending = (order: 'ASC' | 'DESC') =>
      valueQuestion<string>(
        `SELECT own.stem FROM ${table} own ${free('own')} AND own.${column} NOT IN (1, -1) AND NOT ${IS_BACKFILLED}
         ORDER BY own.stem ${order} LIMIT @limit`,
      );
    this.#questions = {
      oldest: pending('ASC'),
      newest: pending('DESC'),
      backfilled: valueQuestion<string>(
        `SELECT backfill.stem FROM backfill ${free('backfill')} AND backfill.vra = @vra AND backfill.stage = @stage
         ORDER BY backfill.stem LIMIT 1`,
      ),
    };
  }

  /** Without those of a backfill. */
  ask(ask: Questions, first: 'oldest' | 'newest', now: number, leaseMs: number, limit: number): Promise<string[]> {
    return ask.all(this.#questions[first], { stage: this.#stage, vra: this.#vra, now, lease: leaseMs, limit });
  }

  /** The oldest of a backfill. */
  nextBackfilled(ask: Questions, now: number, leaseMs: number): Promise<string | undefined> {
    return ask.get(this.#questions.backfilled, { stage: this.#stage, vra: this.#vra, now, lease: leaseMs });
  }
}
