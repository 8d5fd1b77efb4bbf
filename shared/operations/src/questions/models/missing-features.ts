import { messageOf, StemFailed } from '@lvra/core';
import { type Manifest, missingOf, readFeatureFile } from '@lvra/model';
import type { Look } from '../../open-ledger.js';

/** How many of the newest feature files are tried, should some be pruned or empty. */
const FILES_TRIED = 5;

/** How often each feature of a model is missing, at import and now. */
export interface MissingFeatures {
  /** The newest stem with feature rows; null if there is none that can be read. */
  readonly stem: string | null;
  readonly rows: number;
  /** Why the values of no stem are known, in words; null if they are. */
  readonly why: string | null;
  /** In the order of the model. Shares from 0 to 1, null where unknown. */
  readonly features: readonly FeatureShare[];
}

export interface FeatureShare {
  readonly feature: string;
  readonly atImport: number | null;
  readonly now: number | null;
}

/** @param featureSet the VRA's, whose files are read */
export async function missingFeatureShares(
  { ledger, paths }: Pick<Look, 'ledger' | 'paths'>,
  vra: string,
  featureSet: string,
  manifest: Manifest,
): Promise<MissingFeatures> {
  const { features, missing } = manifest;
  const shares = (now: ArrayLike<number> | undefined, rows: number) =>
    features.map((feature, at) => ({
      feature,
      atImport: missing?.[feature] ?? null,
      now: now === undefined ? null : (now[at] as number) / rows,
    }));
  let why: string | undefined;
  for (const stem of await ledger.overview.newestDone('feature', vra, FILES_TRIED)) {
    try {
      const { rows, values } = await readFeatureFile(paths.features(stem, featureSet), manifest);
      if (rows > 0) return { stem, rows, why: null, features: shares(missingOf(values, features.length), rows) };
    } catch (error) {
      if (!(error instanceof StemFailed)) throw error;
      why ??= messageOf(error);
    }
  }
  return { stem: null, rows: 0, why: why ?? 'no stem with a feature row is done yet', features: shares(undefined, 0) };
}
