import type { Stage } from '@lvra/core';
import type { Database } from '../sqlite/connection.js';

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

/** The history of the stems: each event is appended within the transaction that it reports. */
export class StemEventLog {
  readonly #append;
  readonly #ofStem;

  constructor(database: Database) {
    this.#append = database.prepare(
      'INSERT INTO stem_event (stem, stage, vra, at, status, rows, duration_ms, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#ofStem = database.prepare(
      'SELECT stem, stage, vra, at, status, rows, duration_ms, detail FROM stem_event WHERE stem = ? ORDER BY ID',
    );
  }

  append(event: StemEvent): void {
    this.#append.run(
      event.stem,
      event.stage,
      event.vra,
      Math.round(event.at),
      event.status,
      event.rows,
      event.durationMs ?? null,
      event.detail ?? null,
    );
  }

  /** Everything recorded of a stem, oldest first. */
  ofStem(stem: string): StemEvent[] {
    return (this.#ofStem.all(stem) as Record<string, unknown>[]).map((row) => ({
      stem: row.stem as string,
      stage: row.stage as StemEvent['stage'],
      vra: row.vra as string,
      at: Number(row.at),
      status: Number(row.status),
      rows: Number(row.rows),
      durationMs: (row.duration_ms as number | null) ?? undefined,
      detail: (row.detail as string | null) ?? undefined,
    }));
  }
}
