import { z } from 'zod';

const number = z.number().nullable();
const text = z.string().nullable();
const share = z.number().min(0).max(1);
const id = z.string().regex(/^[0-9]+$/);

const FEATURE = z.object({
  feature: z.string(),
  value: text.describe('as the model was given it, a number; null if missing'),
  contribution: number.describe('what it added to the score, in the unit of the explanation'),
  quantile: z
    .object({
      from: share,
      to: share,
      isBeyond: z.boolean().describe('less than the least, or greater than the greatest'),
    })
    .nullable()
    .describe('where the value lies among those of the import of the model: 0 the least, 1 the greatest'),
  missingAtImport: share.nullable().describe('the share of values that were missing'),
});

/** A score, and what each feature added to it. */
export const EXPLAINED = z.object({
  provenanceId: id,
  diaSourceId: id.nullable(),
  observedUtc: text,
  stem: z.string(),
  score: number,
  vra: z.string(),
  modelVersion: text,
  missing: text.describe('why there is no explanation'),
  explanation: z
    .object({
      unit: z.enum(['log-odds', 'probability']),
      base: z.number().describe('what the model gives the rows that the score is compared with, on average'),
      value: z.number().describe('base and all contributions: the score, in the unit'),
      comparedWith: z.object({
        rows: z.int(),
        of: z.enum(['import', 'stem']).describe('rows of the import of the model, or others of the stem'),
      }),
    })
    .nullable(),
  features: z.array(FEATURE).readonly().describe('exact Shapley values, the strongest first'),
});

export type ExplainedAnswer = z.output<typeof EXPLAINED>;
export type FeatureAnswer = z.output<typeof FEATURE>;
