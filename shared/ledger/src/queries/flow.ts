import { instantOfStem, type Stage, UPSTREAM } from '@lvra/core';
import { type Annotated, AnnotatedCounts, LATE_MS } from '../annotations/annotated-counts.js';
import type { Database, Questions } from '../database.js';
import { question, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { IS_BACKFILLED } from '../work/backfill.js';

/** What waits for a stage. */
export interface Waiting {
  readonly stems: number;
  /** When the alerts of the oldest stem were registered, ms since 1970; undefined if none waits. */
  readonly oldest: number | undefined;
  /** Stems that the stage gave up on until an operator acts. */
  readonly dead: number;
}

/** Alerts that wait for their annotation in any stage; those of dead stems do not count. */
export interface Unannotated {
  /** When Kafka received the oldest of them, or when it was registered if that is unknown; undefined if none waits. */
  readonly oldest: number | undefined;
  /** How many are late by now. An alert counts until its stem is done. */
  readonly late: number;
}

const SCORED_SINCE = valueQuestion<bigint>(
  `SELECT CAST(coalesce(sum((
     SELECT max(done.rows) FROM stem_event done
     WHERE done.stem = batch.stem AND done.stage = 'predict' AND done.vra = ? AND done.status IN (1, -1)
   )), 0) AS BIGINT) FROM batch INDEXED BY batch_registered WHERE batch.registered_at >= ?`,
);
const ALERTS_SINCE = valueQuestion<bigint>(
  'SELECT CAST(coalesce(sum(alerts), 0) AS BIGINT) FROM batch WHERE registered_at >= ?',
);
const LAST_REGISTERED = valueQuestion<bigint | null>('SELECT max(registered_at) FROM batch');
const REGISTERED_AT = valueQuestion<bigint | null>('SELECT registered_at FROM batch WHERE stem = ?');

/**
 * What a scrape asks: how much waits, since when, and what came in and went out. Every answer comes from an index. Stems
 * of a backfill are not urgent and do not count here.
 */
export class Flow {
  readonly #database: Database;
  readonly #annotated: AnnotatedCounts;

  constructor(database: Database) {
    this.#database = database;
    this.#annotated = new AnnotatedCounts(database);
  }

  /** Stems that the stage itself has to do: done by the stage before, and not dead. */
  async waiting(stage: Stage, vra: string): Promise<Waiting> {
    const column = columnOf(vra);
    const upstream = UPSTREAM[stage];
    const join = upstream
      ? `JOIN ${STATUS_TABLE[upstream]} upstream ON upstream.stem = own.stem AND upstream.${column} IN (1, -1)`
      : '';
    const counts = question<{ stems: bigint; oldest: string | null; dead: bigint }>(
      `SELECT count(*) AS stems, min(own.stem) AS oldest,
         (SELECT count(*) FROM work own
          WHERE stage = @stage AND vra = @vra AND dead_at IS NOT NULL AND NOT ${IS_BACKFILLED}) AS dead
       FROM ${STATUS_TABLE[stage]} own ${join}
       LEFT JOIN work ON work.stage = @stage AND work.vra = @vra AND work.stem = own.stem
       WHERE own.${column} NOT IN (1, -1) AND work.dead_at IS NULL AND NOT ${IS_BACKFILLED}`,
    );
    const { stems, oldest, dead } = (await this.#database.get(counts, { stage, vra }))!;
    return { stems: Number(stems), oldest: await this.#registeredAt(oldest), dead: Number(dead) };
  }

  /** @param now ms since 1970 */
  async unannotated(vra: string, now: number, ask: Questions = this.#database): Promise<Unannotated> {
    const isOpen = `own.${columnOf(vra)} NOT IN (1, -1)
      AND own.stem NOT IN (SELECT stem FROM work WHERE vra = @vra AND dead_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM backfill
        WHERE backfill.vra = @vra AND backfill.stem = own.stem AND backfill.stage IS NOT NULL)`;
    const due = now - LATE_MS;
    // Without the hint SQLite reads the rows, which contain the times of all alerts.
    const open = question<{ oldest: bigint | null; others: string | null; late: bigint | null }>(
      `SELECT min(coalesce(batch.oldest_ms, batch.registered_at)) AS oldest,
         min(CASE WHEN batch.registered_at IS NULL THEN own.stem END) AS others,
         CAST(sum(batch.alerts) FILTER (WHERE batch.registered_at < @due) AS BIGINT) AS late
       FROM ${STATUS_TABLE.annotate} own
       LEFT JOIN batch INDEXED BY batch_times ON batch.stem = own.stem WHERE ${isOpen}`,
    );
    const { oldest, others, late } = (await ask.get(open, { vra, due }))!;
    // What was registered a moment ago may have waited in Kafka for long.
    const young = valueQuestion<Buffer>(
      `SELECT batch.received_ms FROM batch CROSS JOIN ${STATUS_TABLE.annotate} own
       WHERE own.stem = batch.stem AND batch.registered_at >= @due AND batch.oldest_ms < @due AND ${isOpen}`,
    );
    const received = await ask.all(young, { vra, due });
    const times = [oldest === null ? undefined : Number(oldest), await this.#registeredAt(others, ask)];
    const known = times.filter((time) => time !== undefined);
    return {
      oldest: known.length > 0 ? Math.min(...known) : undefined,
      late: received.reduce((sum, each) => sum + countBefore(each, due), Number(late ?? 0)),
    };
  }

  /** What waits for its annotation, and what Lasair took from an instant on: of one moment, so that no alert is in both. */
  annotating(vra: string, now: number, from: number): Promise<{ waiting: Unannotated; taken: Annotated }> {
    return this.#database.reading(async (ask) => ({
      waiting: await this.unannotated(vra, now, ask),
      taken: await this.#annotated.since(vra, from, ask),
    }));
  }

  /** What Lasair took from an instant on, to the minute. */
  annotatedSince(vra: string, from: number): Promise<Annotated> {
    return this.#annotated.since(vra, from);
  }

  /** How many alerts were registered from an instant on. */
  async alertsSince(from: number): Promise<number> {
    return Number(await this.#database.get(ALERTS_SINCE, from));
  }

  /** How many of the alerts that were registered from an instant on have a score; what a backfill scores again counts once. */
  async scoredSince(vra: string, from: number): Promise<number> {
    return Number(await this.#database.get(SCORED_SINCE, vra, from));
  }

  /** When the newest batch was registered, ms since 1970; undefined if there is none. */
  async lastRegistered(): Promise<number | undefined> {
    const at = await this.#database.get(LAST_REGISTERED);
    return at === null ? undefined : Number(at);
  }

  /** For a stem of the Python pipeline, the time in its name. */
  async #registeredAt(stem: string | null, ask: Questions = this.#database): Promise<number | undefined> {
    if (stem === null) return undefined;
    const at = await ask.get(REGISTERED_AT, stem);
    return at === null || at === undefined ? instantOfStem(stem)?.getTime() : Number(at);
  }
}

/** How many of the times of a batch, as the ledger keeps them, lie before an instant. */
function countBefore(received: Buffer, instant: number): number {
  let count = 0;
  for (let at = 0; at < received.length; at += 8) if (received.readDoubleLE(at) < instant) count++;
  return count;
}
