import { z } from 'zod';
import { STAMPS } from './stamps/answer.js';
import { EXPLAINED } from './why/answer.js';

const number = z.number().nullable();
const text = z.string().nullable();
const id = z.string().regex(/^[0-9]+$/);

const POINT = z.object({
  kind: z.enum(['detection', 'forced', 'limit']),
  id: text,
  midpointMjdTai: z.number(),
  band: text,
  ...{ psfFlux: number, psfFluxErr: number },
  ...{ scienceFlux: number, scienceFluxErr: number },
  ...{ templateFlux: number, templateFluxErr: number },
  ...{ snr: number, ra: number, decl: number },
  visit: text,
  isNegative: z.boolean().nullable(),
  reliability: number,
  unusable: text.describe('why the flux cannot be used'),
});

/** What the alerts have of an object; fluxes in nJy. */
export const LIGHT_CURVE = z.object({
  diaObjectId: id,
  ...{ ra: number, decl: number, ebv: number },
  tnsName: text,
  firstDiaSourceMjdTai: number,
  stems: z.array(z.string()).readonly().describe('whose batch files it was read from'),
  missing: text.describe('why it lacks something, or is empty'),
  points: z.array(POINT).readonly(),
});

const SCORE = z.object({
  provenanceId: id,
  diaSourceId: id.nullable(),
  midpointMjdTai: number,
  observedUtc: text,
  stem: z.string(),
  score: number,
  vra: z.string(),
  modelVersion: text,
  fate: z.string(),
  fateAt: text,
  fateDetail: text,
  isCurrent: z.boolean().describe('whether it is what Lasair shows, as far as we know'),
});

const REPORT = z.object({
  submission: id,
  site: z.enum(['sandbox', 'live']),
  internalName: z.string(),
  ...{ sentAt: text, reportId: text, outcome: text, objname: text, detail: text },
  report: z.unknown(),
});

const FLAGS = z.object({
  stem: z.string(),
  diaSourceId: id.nullable(),
  thresholds: z.array(z.object({ magnitude: z.number(), brighter: number, isFirst: z.boolean() })).readonly(),
});

const FEATURES = z.object({
  set: z.string(),
  stem: z.string(),
  missing: text.describe('why there are none'),
  features: z.array(z.object({ name: z.string(), text: z.string() })).readonly(),
});

export const OBJECT = z.object({
  diaObjectId: id,
  lastStem: text,
  tnsName: text.describe('as its alerts have it, or as TNS named it after our report'),
  lightCurve: LIGHT_CURVE,
  stamps: STAMPS,
  scores: z.array(SCORE).readonly().describe('newest source first'),
  explained: EXPLAINED.nullable().describe('its newest score, or the one that `explain` names; null if it has none'),
  unscored: z.array(z.string()).readonly().describe('why the last stem gave it no score'),
  vras: z
    .array(z.object({ vra: z.string(), topic: z.string(), lowestScore: number }))
    .describe('where scores of each are sent, and below which none is'),
  flags: z.array(FLAGS).describe('how often it was brighter than some magnitudes, as its newest alerts told'),
  features: z.array(FEATURES).readonly().describe('of its latest alert, as their file has them'),
  tns: z.array(REPORT).readonly(),
  labels: z
    .array(z.object({ label: z.string(), who: z.string(), at: text }))
    .readonly()
    .describe('what people say that it is, last first; the first one counts'),
  possibleLabels: z.array(z.string()).describe('of the VRAs'),
  links: z.array(z.object({ name: z.string(), href: z.string() })),
});

export type LightCurveAnswer = z.output<typeof LIGHT_CURVE>;
export type ObjectAnswer = z.output<typeof OBJECT>;
export type ScoreAnswer = z.output<typeof SCORE>;
