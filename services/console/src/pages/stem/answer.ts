import { z } from 'zod';
import { list } from '../../routes/list.js';
import { QUARANTINED } from '../quarantine/answer.js';
import { STAGE_OF_STEM } from '../stage-of-stem.js';

const TEXT = z.string().nullable();

const BATCH = z.object({
  consumer: z.string(),
  source: z.string().optional(),
  alerts: z.number().optional(),
  bytes: z.number().optional(),
  oldestReceivedAt: TEXT,
  reservedAt: TEXT,
  registeredAt: TEXT,
  abandonedAt: TEXT,
});

const STATUS = z.object({
  stage: z.string(),
  vra: z.string(),
  status: z.number().nullable(),
  meaning: z.string(),
  at: z.string(),
  nextAttempt: TEXT,
});

const EVENT = z.object({
  stem: z.string(),
  at: TEXT,
  stage: z.string(),
  vra: z.string(),
  status: z.number(),
  rows: z.number(),
  durationMs: z.number().optional(),
  detail: z.string().optional(),
});

const SPAN = z.object({
  stage: z.string(),
  vra: TEXT,
  from: z.number(),
  to: z.number(),
  status: z.number().nullable(),
  rows: z.number().nullable(),
  detail: TEXT,
});

const SCORE = z.object({
  diaObjectId: TEXT,
  diaSourceId: TEXT,
  vra: TEXT,
  modelVersion: TEXT,
  score: z.number(),
  outcome: TEXT,
});

/** All that is known of a stem. */
export const ANSWER = z.object({
  stem: z.string(),
  batch: BATCH.nullable(),
  offsets: list(
    z.object({
      groupId: z.string(),
      topic: z.string(),
      partition: z.number(),
      first: z.string(),
      last: z.string(),
    }),
  ),
  files: list(z.object({ what: z.string(), path: z.string(), bytes: z.number() })),
  logs: list(z.string()),
  objects: z.number(),
  statuses: list(STATUS),
  stages: list(STAGE_OF_STEM),
  unscored: list(z.string()),
  scores: list(
    z.object({
      model: z.string().nullable(),
      version: z.string().nullable(),
      scores: z.number(),
      outcomes: z.record(z.string(), z.number()),
    }),
  ),
  spreads: list(z.object({ vra: TEXT, modelVersion: TEXT, scores: z.number(), counts: list(z.number()) })),
  best: list(SCORE),
  quarantined: list(z.object({ stage: z.string(), reason: z.string(), alerts: z.number() })),
  inQuarantine: list(QUARANTINED),
  events: list(EVENT),
  begins: TEXT,
  spans: list(SPAN),
});

export type StemData = z.output<typeof ANSWER>;
