import { dirname } from 'node:path';
import type { Settings, VraSettings } from '@lvra/config';
import { messageOf } from '@lvra/core';
import { type ModelFile, type ModelFolder, modelsBeside } from '@lvra/model';

/** The models in the folder of a VRA's MODEL_PATH. */
export interface VraModels {
  readonly vra: string;
  readonly folder: string;
  /** MODEL_VERSION. */
  readonly wantedVersion: string;
  /** Those of this VRA, by file name. */
  readonly models: readonly VraModel[];
  /** Models whose manifest is missing or wrong, and why, one line each. */
  readonly unusable: readonly string[];
}

/** A model as its manifest describes it, not checked. */
export interface VraModel {
  /** Whether the settings ask for it. */
  readonly isInUse: boolean;
  readonly version: string;
  /** Of the .onnx file, below the folder. */
  readonly file: string;
  /** How many it takes. */
  readonly features: number;
  /** As the manifest has it. */
  readonly created: string;
}

/** Which models there are for each VRA, and which one the settings ask for. */
export async function vraModels({ vras }: Pick<Settings, 'vras'>): Promise<VraModels[]> {
  const all: VraModels[] = [];
  for (const vra of vras) all.push(modelsOf(vra, await modelsBeside(vra.modelPath)));
  return all;
}

function modelsOf(
  { modelName, modelVersion, modelPath }: VraSettings,
  { folder, models, unusable }: ModelFolder,
): VraModels {
  const own = models.filter(({ manifest }) => manifest.name === modelName);
  const inUse = modelOf({ modelName, modelPath }, own, modelVersion);
  const described = (model: ModelFile): VraModel => ({
    isInUse: model === inUse,
    version: model.manifest.version,
    file: model.path.slice(folder.length + 1),
    features: model.manifest.features.length,
    created: model.manifest.created,
  });
  return { vra: modelName, folder, wantedVersion: modelVersion, models: own.map(described), unusable };
}

/** The model of a VRA's version; MODEL_PATH's own if several are. */
export function modelOf(
  { modelName, modelPath }: Pick<VraSettings, 'modelName' | 'modelPath'>,
  models: readonly ModelFile[],
  version: string,
): ModelFile | undefined {
  const fitting = models.filter(({ manifest }) => manifest.name === modelName && manifest.version === version);
  return fitting.find(({ path }) => path === modelPath) ?? fitting[0];
}

/** The files may be elsewhere than the ledger: what cannot be read is said, and the rest is shown. */
export async function modelFilesOf({ modelPath }: VraSettings): Promise<ModelFolder> {
  const folder = dirname(modelPath);
  try {
    const there = await modelsBeside(modelPath);
    if (there.models.length > 0 || there.unusable.length > 0) return there;
    return { ...there, unusable: [`there is no model in ${folder}, the folder of MODEL_PATH, as seen from here`] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return { folder, models: [], unusable: [`${folder} cannot be read: ${messageOf(error)}`] };
  }
}
