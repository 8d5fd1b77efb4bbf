import { STATUS, StageMisconfigured } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';
import { missingFromAll } from './feature-file/header.js';
import { findModel, type WantedModel } from './find-model.js';
import { Model } from './onnx/model.js';

/** How many of the newest feature files are read to learn which columns exist. */
const FILES_TO_CHECK = 5;

/** Where a VRA's feature files are. */
export interface FeatureFiles {
  readonly vra: string;
  /** The feature set. */
  readonly features: string;
  readonly paths: DataPaths;
  readonly ledger: Ledger;
}

/** The features that none of a VRA's newest feature files has; empty while there are no files. */
export async function missingFeatures(
  wanted: readonly string[],
  { vra, features, paths, ledger }: FeatureFiles,
): Promise<string[]> {
  const stems = await ledger.overview.newestDone('feature', vra, FILES_TO_CHECK);
  return missingFromAll(
    wanted,
    stems.map((stem) => paths.features(stem, features)),
  );
}

/** @throws StageMisconfigured 31 if there are features that the feature stage does not make */
export function assertFeaturesExist(path: string, lacking: readonly string[]): void {
  if (lacking.length === 0) return;
  throw new StageMisconfigured(
    STATUS.columnsMissing,
    `the newest feature files lack ${lacking.length} of the columns of model ${path}: ${lacking.join(', ')}; ` +
      'set a model with the features that there are, or FEATURES to the set that has them',
  );
}

/**
 * Checks a model as the predict stage does before it scores with it.
 *
 * @param files undefined while no ledger knows the newest feature files
 * @throws StageMisconfigured if the stage would refuse it
 */
export async function checkModel(wanted: WantedModel, files: FeatureFiles | undefined): Promise<void> {
  const { path } = await findModel(wanted);
  const model = await Model.load(path);
  await model.close();
  if (files) assertFeaturesExist(path, await missingFeatures(model.manifest.features, files));
}
