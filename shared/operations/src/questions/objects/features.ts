import { type FeatureCell, NotCsv, readFeatureRow } from '@lvra/model';
import type { Look } from '../../open-ledger.js';

/** The features of the latest alert of an object, as their file has them. */
export interface LatestFeatures {
  /** The set of features. */
  readonly set: string;
  readonly stem: string;
  /** Why there are none; null if there are. */
  readonly missing: string | null;
  /** In the order of the file; an empty text is a missing value. */
  readonly features: readonly FeatureCell[];
}

/** Of each set of features that a VRA takes, those of the stem that the object was last in. */
export async function latestFeatures(
  { paths, settings }: Pick<Look, 'paths' | 'settings'>,
  diaObjectId: bigint,
  stem: string,
): Promise<LatestFeatures[]> {
  const sets = [...new Set(settings.vras.map(({ features }) => features))];
  return await Promise.all(
    sets.map(async (set) => {
      const found = await rowIn(paths.features(stem, set), diaObjectId);
      return typeof found === 'string'
        ? { set, stem, missing: found, features: [] }
        : { set, stem, missing: null, features: found };
    }),
  );
}

/** The row of an object; or why there is none. */
async function rowIn(path: string, diaObjectId: bigint): Promise<readonly FeatureCell[] | string> {
  try {
    return (await readFeatureRow(path, diaObjectId)) ?? 'Its stem’s feature file has no row of it.';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'The feature file of its stem is not there: not made yet, or pruned.';
    if (code === undefined && !(error instanceof NotCsv)) throw error;
    return `The feature file of its stem cannot be read: ${message}`;
  }
}
