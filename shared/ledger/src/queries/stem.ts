import { STAGES, type Stage } from '@lvra/core';
import type { Database } from '../sqlite/connection.js';
import { columnOf, STATUS_TABLE } from '../sqlite/status-columns.js';

/** What the consumer recorded of a stem's batch. */
export interface BatchHistory {
  readonly consumer: string;
  /** ms since 1970. */
  readonly reservedAt: number;
  /** Undefined if the consumer ended before the batch was complete. */
  readonly registeredAt: number | undefined;
  /** When the name was given up, because no batch could be written under it; undefined if it was not. */
  readonly abandonedAt: number | undefined;
  readonly source: string | undefined;
  readonly alerts: number | undefined;
  readonly bytes: number | undefined;
}

/** The offsets [first, next) of one partition that are in a stem. */
export interface StemOffsets {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly next: bigint;
}

export interface StemStatus {
  readonly stage: Stage;
  readonly vra: string;
  readonly status: number;
  /** UTC, as SQLite writes it. */
  readonly at: string;
  /** When a stem that failed is tried again, ms since 1970; undefined if it did not fail or is dead. */
  readonly nextAttempt?: number | undefined;
}

/** The scores of one model in a stem, and their outcomes at Lasair. */
export interface StemScores {
  readonly model: string;
  readonly version: string;
  readonly scores: number;
  /** How many scores ended in each outcome, and how many in `none yet`. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** What is recorded of single stems, to be shown to an operator. */
export class StemHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined for a stem of the Python pipeline. */
  batch(stem: string): BatchHistory | undefined {
    const row = this.#database
      .prepare(
        'SELECT consumer, reserved_at, registered_at, abandoned_at, source, alerts, bytes FROM batch WHERE stem = ?',
      )
      .get(stem) as Record<string, unknown> | undefined;
    const optional = (value: unknown) => (value === null ? undefined : Number(value));
    return (
      row && {
        consumer: row.consumer as string,
        reservedAt: Number(row.reserved_at),
        registeredAt: optional(row.registered_at),
        abandonedAt: optional(row.abandoned_at),
        source: (row.source as string | null) ?? undefined,
        alerts: optional(row.alerts),
        bytes: optional(row.bytes),
      }
    );
  }

  offsets(stem: string): StemOffsets[] {
    const rows = this.#database
      .prepare(
        `SELECT group_id, topic, partition, first_offset, next_offset FROM batch_offsets
         WHERE stem = ? ORDER BY group_id, topic, partition`,
      )
      .all(stem) as Record<string, unknown>[];
    return rows.map((row) => ({
      groupId: row.group_id as string,
      topic: row.topic as string,
      partition: Number(row.partition),
      first: row.first_offset as bigint,
      next: row.next_offset as bigint,
    }));
  }

  /** The statuses of these VRAs, in the order of the flow; empty if the stem is not registered. */
  statuses(stem: string, vras: readonly string[]): StemStatus[] {
    return vras.flatMap((vra) =>
      STAGES.flatMap((stage) => {
        const row = this.#database
          .prepare(
            `SELECT ${columnOf(vra)} AS status, timestamp,
               (SELECT nullif(next_attempt, 0) FROM work
                WHERE stage = @stage AND vra = @vra AND stem = @stem AND dead_at IS NULL) AS next
             FROM ${STATUS_TABLE[stage]} WHERE stem = @stem`,
          )
          .get({ stage, vra, stem }) as { status: bigint | null; timestamp: string; next: bigint | null } | undefined;
        if (!row || row.status === null) return [];
        const nextAttempt = row.next === null ? undefined : Number(row.next);
        return [{ stage, vra, status: Number(row.status), at: row.timestamp, nextAttempt }];
      }),
    );
  }

  /** How many objects have features of this stem. */
  objects(stem: string): number {
    return Number(
      this.#database
        .prepare('SELECT count(DISTINCT diaObjectId) FROM threshold_flags_provenance WHERE stem = ?')
        .pluck()
        .get(stem),
    );
  }

  /** How many alerts of the stem are in quarantine, by stage and reason. */
  quarantined(stem: string): { stage: string; reason: string; alerts: number }[] {
    const rows = this.#database
      .prepare('SELECT stage, reason, count(*) AS alerts FROM quarantine WHERE stem = ? GROUP BY stage, reason')
      .all(stem) as { stage: string; reason: string; alerts: bigint }[];
    return rows.map((row) => ({ ...row, alerts: Number(row.alerts) }));
  }

  scores(stem: string): StemScores[] {
    const rows = this.#database
      .prepare(
        `SELECT model_name AS model, model_version AS version, coalesce(outcome, 'none yet') AS outcome, count(*) AS scores
         FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID
         WHERE stem = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      )
      .all(stem) as { model: string; version: string; outcome: string; scores: bigint }[];
    const models = new Map<string, StemScores>();
    for (const { model, version, outcome, scores } of rows) {
      const key = JSON.stringify([model, version]);
      const before = models.get(key);
      const outcomes = { ...before?.outcomes, [outcome]: Number(scores) };
      models.set(key, { model, version, scores: (before?.scores ?? 0) + Number(scores), outcomes });
    }
    return [...models.values()];
  }
}
