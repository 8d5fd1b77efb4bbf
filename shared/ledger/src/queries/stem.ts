import { STAGES, type Stage } from '@lvra/core';
import type { Database } from '../database.js';
import { question, valueQuestion } from '../statements.js';
import { statusIn, statusRowsOf } from './status-rows.js';

/** What the consumer recorded of a stem's batch. */
export interface BatchHistory {
  readonly consumer: string;
  /** ms since 1970. */
  readonly reservedAt: number;
  /** Undefined if the consumer ended before the batch was complete. */
  readonly registeredAt: number | undefined;
  /** When the name was given up, because no batch could be written under it; undefined if it was not. */
  readonly abandonedAt: number | undefined;
  /** When Kafka had the oldest of its alerts; undefined if that is unknown. */
  readonly oldestReceivedAt: number | undefined;
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

/** A score of a stem, and what became of it at Lasair. */
export interface ScoredAlert {
  readonly provenanceId: bigint;
  readonly diaObjectId: bigint | null;
  readonly diaSourceId: bigint | null;
  readonly vra: string | null;
  readonly modelVersion: string | null;
  readonly score: number | null;
  readonly outcome: string | null;
}

interface BatchRow {
  consumer: string;
  reserved_at: bigint;
  registered_at: bigint | null;
  abandoned_at: bigint | null;
  oldest_ms: bigint | null;
  source: string | null;
  alerts: bigint | null;
  bytes: bigint | null;
}

const BATCH = question<BatchRow>(
  'SELECT consumer, reserved_at, registered_at, abandoned_at, oldest_ms, source, alerts, bytes FROM batch WHERE stem = ?',
);
const OFFSETS = question<Omit<StemOffsets, 'partition'> & { partition: bigint }>(
  `SELECT group_id AS "groupId", topic, partition, first_offset AS first, next_offset AS next FROM batch_offsets
   WHERE stem = ? ORDER BY group_id, topic, partition`,
);
const NEXT_ATTEMPTS = question<{ stage: string; vra: string; next: bigint | null }>(
  `SELECT stage, vra, nullif(next_attempt, 0) AS next FROM work
   WHERE stage IN @stages AND vra IN @vras AND stem = @stem AND dead_at IS NULL`,
);
const OBJECTS = valueQuestion<bigint>(
  'SELECT count(DISTINCT diaObjectId) FROM threshold_flags_provenance WHERE stem = ?',
);
const QUARANTINED = question<{ stage: string; reason: string; alerts: bigint }>(
  'SELECT stage, reason, count(*) AS alerts FROM quarantine WHERE stem = ? GROUP BY stage, reason ORDER BY 1, 2',
);
const SCORES = question<{ model: string; version: string; outcome: string; scores: bigint }>(
  `SELECT model_name AS model, model_version AS version, coalesce(outcome, 'none yet') AS outcome, count(*) AS scores
   FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID
   WHERE stem = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
);

const EACH_SCORE = question<ScoredAlert>(
  `SELECT p.ID AS "provenanceId", p.diaObjectId AS "diaObjectId", p.diaSourceId AS "diaSourceId", p.model_name AS vra,
     p.model_version AS "modelVersion", p.score, o.outcome
   FROM provenance p LEFT JOIN annotation_outcome o ON o.provenance_ID = p.ID WHERE p.stem = ?`,
);

/** What is recorded of single stems, to be shown to an operator. */
export class StemHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Undefined for a stem of the Python pipeline. */
  async batch(stem: string): Promise<BatchHistory | undefined> {
    const row = await this.#database.get(BATCH, stem);
    const optional = (value: bigint | null) => (value === null ? undefined : Number(value));
    return (
      row && {
        consumer: row.consumer,
        reservedAt: Number(row.reserved_at),
        registeredAt: optional(row.registered_at),
        abandonedAt: optional(row.abandoned_at),
        oldestReceivedAt: optional(row.oldest_ms),
        source: row.source ?? undefined,
        alerts: optional(row.alerts),
        bytes: optional(row.bytes),
      }
    );
  }

  async offsets(stem: string): Promise<StemOffsets[]> {
    const rows = await this.#database.all(OFFSETS, stem);
    return rows.map((row) => ({ ...row, partition: Number(row.partition) }));
  }

  /** The statuses of these VRAs, in the order of the flow; empty if the stem is not registered. */
  statuses(stem: string, vras: readonly string[]): Promise<StemStatus[]> {
    return this.#database.reading(async (ask) => {
      const rows = await statusRowsOf(ask, stem);
      const waits = await ask.all(NEXT_ATTEMPTS, { stages: STAGES, vras, stem });
      return vras.flatMap((vra) =>
        STAGES.flatMap((stage) => {
          const [row, status] = [rows[stage], statusIn(rows[stage], vra)];
          if (!row || typeof status !== 'number') return [];
          const next = waits.find((each) => each.stage === stage && each.vra === vra)?.next ?? undefined;
          const nextAttempt = next === undefined ? undefined : Number(next);
          return [{ stage, vra, status, at: row.timestamp as string, nextAttempt }];
        }),
      );
    });
  }

  /** How many objects have features of this stem. */
  async objects(stem: string): Promise<number> {
    return Number(await this.#database.get(OBJECTS, stem));
  }

  /** How many alerts of the stem are in quarantine, by stage and reason. */
  async quarantined(stem: string): Promise<{ stage: string; reason: string; alerts: number }[]> {
    const rows = await this.#database.all(QUARANTINED, stem);
    return rows.map((row) => ({ ...row, alerts: Number(row.alerts) }));
  }

  /** Every score of the stem, in no order. */
  eachScore(stem: string): Promise<ScoredAlert[]> {
    return this.#database.all(EACH_SCORE, stem);
  }

  async scores(stem: string): Promise<StemScores[]> {
    const models = new Map<string, StemScores>();
    for (const { model, version, outcome, scores } of await this.#database.all(SCORES, stem)) {
      const key = JSON.stringify([model, version]);
      const before = models.get(key);
      const outcomes = { ...before?.outcomes, [outcome]: Number(scores) };
      models.set(key, { model, version, scores: (before?.scores ?? 0) + Number(scores), outcomes });
    }
    return [...models.values()];
  }
}
