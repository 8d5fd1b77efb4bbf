import { z } from 'zod';
import type { PageContext } from '../../layout/context.js';
import type { CandidatesParams } from './params.js';

const unknown = z.number().nullable();

const CANDIDATE = z.object({
  diaObjectId: z.string(),
  diaSourceId: z.string().nullable(),
  provenanceId: z.string(),
  stem: z.string(),
  score: z.number(),
  modelVersion: z.string().nullable(),
  change: unknown.describe("against the score of the object's source before"),
  other: unknown.describe('the score that it is compared with'),
  observedUtc: z.string().nullable(),
  band: z.string().nullable(),
  psfFlux: unknown.describe('nJy, of the difference image'),
  magnitude: unknown.describe('AB, of the difference image'),
  ra: unknown,
  decl: unknown,
  distance: unknown.describe('arcseconds from the middle of the cone'),
  sources: z.number().describe('of the object that the VRA has scored, in all nights'),
  brighter: z.record(z.string(), z.number()).nullable().describe('how many sources are brighter than each magnitude'),
  first: z.array(z.number()).nullable().describe('the magnitudes that the latest source alone is brighter than'),
  fate: z.string(),
  isCurrent: z.boolean().describe('whether it is what Lasair shows of the object'),
  tnsName: z.string().nullable(),
  label: z.string().nullable().describe('the latest label of the object'),
});

export const ANSWER = z.object({
  vras: z.array(z.string()),
  lowestScore: unknown.describe('scores of the VRA below it are not annotated'),
  objectsAtLasair: z.string().describe('what the addresses of its pages of objects begin with'),
  vra: z.string(),
  night: z.string().nullable(),
  began: z.string().nullable(),
  ends: z.string().nullable(),
  nightBefore: z.string().nullable(),
  nightAfter: z.string().nullable(),
  scores: z.number(),
  beginsAt: z.string().nullable().describe('the first stem, where the night has more scores than are kept'),
  unusable: z.number(),
  labels: z.array(z.string()).describe('of the VRA: those of what it looks for, then those of what it does not'),
  versions: z.array(z.string()),
  considered: z.number(),
  matched: z.number(),
  orderedAmong: unknown,
  unknown: z.object({ flags: z.number(), band: z.number(), magnitude: z.number(), position: z.number() }),
  candidates: z.array(CANDIDATE),
  next: z.string().nullable().describe('write it as `after` for the next page'),
});

export type CandidatesData = z.output<typeof ANSWER>;

/** What each part of the page is made of. */
export interface CandidatesProps {
  readonly data: CandidatesData;
  readonly params: CandidatesParams;
  readonly context: PageContext;
}
