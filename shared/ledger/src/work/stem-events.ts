import type { Stage } from '@lvra/core';
import type { Database, Questions, Writing } from '../database.js';
import { question, statement, valueQuestion } from '../statements.js';

/** One line of a stem's history. */
export interface StemEvent {
  readonly stem: string;
  readonly stage: Stage | 'consumer';
  /** The VRA, or '' for the consumer, which works for all of them. */
  readonly vra: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: number;
  /** Alerts, feature rows, scores or annotations, as the stage counts. */
  readonly rows: number;
  readonly durationMs?: number | undefined;
  readonly detail?: string | undefined;
}

interface EventRow {
  stem: string;
  stage: StemEvent['stage'];
  vra: string;
  at: bigint;
  status: bigint;
  rows: bigint;
  duration_ms: number | null;
  detail: string | null;
}

const APPEND = statement(
  'INSERT INTO stem_event (stem, stage, vra, at, status, rows, duration_ms, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
);
const EVENTS = 'SELECT stem, stage, vra, at, status, rows, duration_ms, detail FROM stem_event';
const OF_STEM = question<EventRow>(`${EVENTS} WHERE stem = ? ORDER BY ID`);
const OF_STEMS = question<EventRow>(`${EVENTS} WHERE stem IN @stems ORDER BY stem, ID`);

const LAST = valueQuestion<bigint>('SELECT coalesce(max(ID), 0) FROM stem_event');
const LAST_AT = valueQuestion<bigint | null>('SELECT max(at) FROM stem_event WHERE stem >= ? AND stem < ?');
const AFTER = question<{ id: bigint; stem: string }>(
  'SELECT ID AS id, stem FROM stem_event WHERE ID > @after ORDER BY ID LIMIT @most',
);

/** The history of the stems: each event is appended within the transaction that it reports. */
export class StemEventLog {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(tx: Writing, { stem, stage, vra, at, status, rows, durationMs, detail }: StemEvent): Promise<void> {
    await tx.run(APPEND, stem, stage, vra, Math.round(at), status, rows, durationMs ?? null, detail ?? null);
  }

  /** Everything recorded of a stem, oldest first. */
  async ofStem(stem: string): Promise<StemEvent[]> {
    return (await this.#database.all(OF_STEM, stem)).map(toEvent);
  }

  /** The ID of the newest event; 0 if there is none. */
  async last(): Promise<bigint> {
    return (await this.#database.get(LAST))!;
  }

  /** When something happened last to one of the stems from one text to before another, ms since 1970; undefined if never. */
  async lastAt(from: string, before: string): Promise<number | undefined> {
    const at = await this.#database.get(LAST_AT, from, before);
    return typeof at === 'bigint' ? Number(at) : undefined;
  }

  /**
   * The events behind an ID, the oldest first. On a server an event may appear after one with a greater ID, if its transaction
   * took longer.
   */
  after(id: bigint, most: number): Promise<{ id: bigint; stem: string }[]> {
    return this.#database.all(AFTER, { after: id, most });
  }
}

/** Everything recorded of some stems, stem by stem, the oldest event of each first. */
export async function eventsOfStems(ask: Questions, stems: readonly string[]): Promise<StemEvent[]> {
  return (await ask.all(OF_STEMS, { stems })).map(toEvent);
}

function toEvent({ at, status, rows, duration_ms, detail, ...row }: EventRow): StemEvent {
  return {
    ...{ ...row, at: Number(at), status: Number(status), rows: Number(rows) },
    ...{ durationMs: duration_ms ?? undefined, detail: detail ?? undefined },
  };
}
