import { z } from 'zod';

/** How a stage of a VRA stands with a stem. */
export const STAGE_OF_STEM = z.object({
  stage: z.string(),
  vra: z.string(),
  progress: z.enum(['done', 'partial', 'active', 'waiting', 'later', 'failed', 'dead', 'none']),
  status: z.number().nullable(),
  meaning: z.string().nullable(),
  ms: z.number().nullable(),
  attempts: z.number(),
  detail: z.string().nullable(),
  nextAttempt: z.string().nullable(),
});

export type StageOfStem = z.output<typeof STAGE_OF_STEM>;
