import * as z from 'zod';

const SHARE = z.number().min(0).max(1);

/**
 * What is known of a model file, in a JSON file of the same name beside it, written by whatever made the model. Other
 * keys (how the model was trained and tested, parity) are for users and other tools.
 */
const MANIFEST = z.looseObject({
  /** The VRA of the model: its MODEL_NAME. */
  name: z.string().min(1),
  /** The version in the settings; Lasair accepts up to 16 characters. */
  version: z.string().min(1).max(16),
  /** Of the .onnx file, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  /** The columns of the feature file that the model takes, in its order. */
  features: z.array(z.string().min(1)).min(1),
  /** The classes in the order of the probabilities; the score is the probability of class 1. */
  classes: z
    .array(z.int())
    .min(2)
    .refine((classes) => classes.includes(1), 'must have the class 1, whose probability is the score'),
  /** The type of the graph's input. */
  input: z.enum(['float', 'double']),
  /** The day or instant it was made. */
  created: z.iso.date().or(z.iso.datetime()),
  /** Libraries by name that made the model, with their versions. */
  libraries: z.record(z.string(), z.string()),
  /** How it was trained. */
  training: z.looseObject({}),
  /** The share of missing values of each feature when the model was imported, 0 to 1. */
  missing: z.record(z.string(), SHARE).optional(),
  /** How its scores were distributed when it was imported: the shares of the bins between neighbouring edges. */
  scores: z
    .object({ edges: z.array(z.number()).min(3), shares: z.array(SHARE) })
    .refine(({ edges, shares }) => shares.length === edges.length - 1, 'must have one edge more than shares')
    .refine(({ edges }) => areRising(edges), 'edges must rise')
    .optional(),
  /**
   * Rows to compare what scores them, and, if they are of feature files (`missing` is there then), what a score is explained
   * against: values in the order of `features`, null if missing.
   */
  sample: z.array(z.array(z.number().nullable())).min(1).optional(),
  /** How the values of each feature were spread in the files of the import, missing ones aside. */
  spread: z
    .object({
      /** 0, the least value, to 1, the greatest. */
      levels: z.array(SHARE).min(2).refine(areRising, 'levels must rise'),
      /** The quantile of each level, in their order; null for a feature without any value. */
      quantiles: z.record(z.string(), z.array(z.number()).nullable()),
    })
    .refine(
      ({ levels, quantiles }) =>
        Object.values(quantiles).every((each) => each === null || each.length === levels.length),
      'must have one quantile a level',
    )
    .optional(),
  /** How numbers of feature files are read, as in the model's training: as pandas 2 does, or exactly (also if absent). */
  numbers: z.enum(['exact', 'pandas']).optional(),
});

function areRising(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as number));
}

export type Manifest = z.infer<typeof MANIFEST>;

/**
 * Reads a manifest.
 *
 * @throws Error that lists everything that is wrong with it
 */
export function parseManifest(text: string): Manifest {
  const parsed = MANIFEST.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { features } = parsed.data;
  const twice = features.filter((feature, at) => features.indexOf(feature) !== at);
  if (twice.length > 0) throw new Error(`features are named twice: ${twice.join(', ')}`);
  const odd = parsed.data.sample?.findIndex((row) => row.length !== features.length) ?? -1;
  if (odd >= 0) throw new Error(`row ${odd + 1} of sample has not one value a feature`);
  return parsed.data;
}
