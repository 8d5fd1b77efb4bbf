import { z } from 'zod';
import { list } from '../../routes/list.js';
import { STAGE_OF_STEM } from '../stage-of-stem.js';

const TIME = z.string().nullable();

const STAGE_TONIGHT = z.object({
  stage: z.string(),
  waiting: z.number(),
  dead: z.number(),
  failed: list(z.object({ status: z.number(), meaning: z.string(), stems: z.number(), oldest: z.string() })),
  pausedUntil: TIME,
  pausedBecause: z.string().nullable(),
});

/** What the page and the API tell of tonight. */
export const ANSWER = z.object({
  night: z.string(),
  began: TIME,
  lastAlertAt: TIME,
  alerts: z.number().nullable(),
  unread: z.object({ messages: z.number(), asOf: TIME }).nullable(),
  vras: list(
    z.object({
      vra: z.string(),
      scored: z.number().nullable(),
      taken: z.number().nullable(),
      takenLate: z.number().nullable(),
      oldestWaiting: TIME,
      late: z.number().nullable(),
      stages: list(STAGE_TONIGHT),
    }),
  ),
  quarantined: z.number(),
  calls: z.object({ perHour: z.number(), left: z.number(), nextAt: TIME, annotationsPerHour: z.number() }),
  stems: list(
    z.object({
      stem: z.string(),
      registeredAt: TIME,
      alerts: z.number().nullable(),
      quarantined: z.number(),
      consumerMs: z.number().nullable(),
      stages: list(STAGE_OF_STEM),
      tookMs: z.number().nullable(),
      oldestTookMs: z.number().nullable(),
    }),
  ),
  next: z.string().nullable(),
});

export type TonightData = z.output<typeof ANSWER>;
