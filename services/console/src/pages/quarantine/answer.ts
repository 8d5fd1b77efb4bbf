import { z } from 'zod';
import { list } from '../../routes/list.js';

const TEXT = z.string().nullable();

/** An alert in quarantine: where it came from, and why it is there. */
export const QUARANTINED = z.object({
  id: z.string(),
  stem: z.string(),
  stage: z.string(),
  vra: TEXT,
  diaObjectId: TEXT,
  diaSourceId: TEXT,
  position: z.number(),
  reason: z.string(),
  detail: z.string(),
  path: z.string(),
  bytes: z.number(),
  topic: z.string().optional(),
  partition: z.number().optional(),
  offset: TEXT,
  offsets: z.number().optional(),
  received: TEXT,
  at: TEXT,
  replayedAs: TEXT,
  prunedAt: TEXT,
});

export type Quarantined = z.output<typeof QUARANTINED>;

export const LIST = z.object({
  counts: list(z.object({ stage: z.string(), reason: z.string(), alerts: z.number() })),
  countedNewest: z.number().nullable(),
  alerts: list(QUARANTINED),
  next: TEXT,
});

export type QuarantineList = z.output<typeof LIST>;

export const ONE = z.object({
  alert: QUARANTINED,
  shown: z.object({ bytes: z.number(), hex: z.string(), text: TEXT }).nullable(),
  missing: TEXT,
});

export type OneQuarantined = z.output<typeof ONE>;
