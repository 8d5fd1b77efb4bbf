import { findModel } from '@lvra/predict/model-files';
import { StageMisconfigured, UsageError } from '@lvra/shared/errors';
import type { Settings, VraSettings } from '@lvra/shared/settings/settings';
import { vraOf } from '@lvra/shared/settings/stage-vras';
import type { Stage } from '@lvra/shared/stages';
import { checkNights } from '../nights.js';

/** What a person asks for. */
export interface ReplayOptions {
  readonly stage: Stage;
  readonly vra: string;
  /** The first and the last night, YYYYMMDD. */
  readonly from: string;
  readonly to: string;
  /** A version of the VRA's model. */
  readonly model?: string;
  readonly annotate?: true;
}

/** A replay, as plain data: what all of its threads must agree on. */
export interface ReplayJob {
  readonly stage: Stage;
  readonly vra: string;
  readonly from: string;
  readonly to: string;
  readonly annotate: boolean;
  /** The set of features of the VRA. */
  readonly features: string;
  /** For the predict stage. */
  readonly model: ReplayModel | undefined;
}

export interface ReplayModel {
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
}

/** @throws UsageError where it cannot be done as it was asked for */
export async function jobOf(options: ReplayOptions, settings: Settings): Promise<ReplayJob> {
  const { stage, from, to, annotate = false } = options;
  const vra = vraOf(settings, options.vra);
  checkNights(from, to);
  if (options.model !== undefined && stage !== 'predict') throw new UsageError('--model goes with --stage predict');
  if (annotate && stage === 'feature') throw new UsageError('--annotate goes with --stage predict or annotate');
  if (annotate && !vra.annotate) throw new UsageError(`${vra.modelName} is not to be annotated: its ANNOTATE is no`);
  const model = stage === 'predict' ? await modelOf(vra, options.model ?? vra.modelVersion) : undefined;
  if (annotate && model && model.version !== vra.modelVersion) {
    throw new UsageError(
      `${vra.modelName} scores with version ${vra.modelVersion}: only its scores can be annotated; ` +
        `\`lvra model use ${vra.modelName} ${model.version}\` comes first`,
    );
  }
  return { stage, vra: vra.modelName, from, to, annotate, features: vra.features, model };
}

async function modelOf({ modelName: name, modelPath }: VraSettings, version: string): Promise<ReplayModel> {
  try {
    const { path, manifest } = await findModel({ name, version, path: modelPath });
    return { version, path, sha256: manifest.sha256 };
  } catch (error) {
    if (error instanceof StageMisconfigured) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** What names a replay in the ledger: another model of the same version is another replay, at another path it is not. */
export function jobName({ stage, vra, from, to, annotate, model }: ReplayJob): string {
  const { version, sha256 } = model ?? {};
  return JSON.stringify({ stage, vra, from, to, annotate, version, sha256 });
}
