import { z } from 'zod';
import { list } from '../../routes/list.js';

const NIGHT = z.string().meta({ pattern: '^[0-9]{8}$' });
const SHARE = z.number();

/** A version of a VRA's model, with a file or a score. */
const VERSION = z.object({
  version: z.string(),
  isInUse: z.boolean(),
  file: z.string().nullable(),
  created: z.string().nullable(),
  features: z.number().nullable(),
  firstNight: NIGHT.nullable(),
  lastNight: NIGHT.nullable(),
  scores: z.number(),
});

const MANIFEST = z.object({
  sha256: z.string(),
  created: z.string(),
  input: z.string(),
  classes: list(z.number()),
  features: list(z.string()),
  facts: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .meta({ description: 'what else the manifest says: how it was trained, tested and imported' }),
});

const MISSING = z.object({
  stem: z.string().nullable(),
  rows: z.number(),
  why: z.string().nullable(),
  features: list(z.object({ feature: z.string(), atImport: SHARE.nullable(), now: SHARE.nullable() })),
});

const SCORED_BY = z.object({ vra: z.string(), version: z.string() });

const COMPARISON = z.object({
  first: SCORED_BY,
  second: SCORED_BY,
  from: NIGHT.nullable(),
  to: NIGHT.nullable(),
  threshold: z.number(),
  why: z.string().nullable().meta({ description: 'why there is nothing to compare' }),
  scores: z
    .object({
      pairs: z.number(),
      objects: z.number(),
      onlyFirst: z.number(),
      onlySecond: z.number(),
      since: z.string(),
      isLimited: z.boolean().meta({ description: 'whether older stems of these nights were left out' }),
      histograms: z.tuple([list(z.number()), list(z.number())]).readonly(),
      field: list(list(z.number())),
      meanDifference: z.number(),
      meanAbsoluteDifference: z.number(),
      quantiles: list(z.object({ share: z.number(), difference: z.number() })),
      crossings: z.object({ up: z.number(), down: z.number() }),
      widest: list(
        z.object({ diaObjectId: z.string(), diaSourceId: z.string(), first: z.number(), second: z.number() }),
      ),
    })
    .nullable(),
});

const QUALITY_AT = z.object({
  threshold: z.number(),
  taken: z.number(),
  purity: z.number().nullable(),
  completeness: z.number().nullable(),
});

const QUALITY = z.object({
  version: z.string(),
  positiveLabels: list(z.string()),
  negativeLabels: list(z.string()),
  positive: z.number(),
  negative: z.number(),
  unscored: z.number().meta({ description: 'objects with a label that counts, and no score of this version' }),
  otherLabels: z.number().meta({ description: 'objects whose label counts neither way' }),
  atThreshold: QUALITY_AT,
  wantedPurity: z.number(),
  atPurity: QUALITY_AT.nullable().meta({ description: 'at the lowest threshold that gives the wanted purity' }),
});

const NIGHT_SPREAD = z.object({
  night: NIGHT,
  scores: z.number(),
  counts: list(z.number()),
  psi: z.number().nullable().meta({ description: 'population stability index; null with too few scores' }),
});

const VERSIONS = {
  vra: z.string(),
  folder: z.string(),
  wantedVersion: z.string(),
  featureSet: z.string(),
  annotates: z.boolean(),
  lowestScore: z.number().nullable(),
  versions: list(VERSION),
  unusable: list(z.string()),
};

export const MODELS_ANSWER = z.object({
  vras: list(z.object({ ...VERSIONS, newest: NIGHT_SPREAD.nullable() })),
});

export const MODEL_ANSWER = z.object({
  ...VERSIONS,
  version: z.string().meta({ description: 'the version that is shown' }),
  manifest: MANIFEST.nullable(),
  spread: z.object({ edges: list(z.number()), atImport: list(SHARE).nullable(), nights: list(NIGHT_SPREAD) }),
  missing: MISSING.nullable(),
  others: list(SCORED_BY).meta({ description: 'what it can be compared with' }),
  comparison: COMPARISON.nullable(),
  quality: list(QUALITY).meta({
    description: 'of each version that has scored, over the objects that people labelled',
  }),
});

export type ModelsData = z.output<typeof MODELS_ANSWER>;
export type ModelData = z.output<typeof MODEL_ANSWER>;
export type VersionData = z.output<typeof VERSION>;
export type ComparisonData = z.output<typeof COMPARISON>;
