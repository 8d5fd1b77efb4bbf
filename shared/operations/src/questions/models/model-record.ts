import { dirname } from 'node:path';
import type { VraSettings } from '@lvra/config';
import { messageOf, UsageError } from '@lvra/core';
import { type Manifest, type ModelFile, type ModelFolder, modelsBeside } from '@lvra/model';
import type { Look } from '../../open-ledger.js';
import { type MissingFeatures, missingFeatureShares } from './missing-features.js';
import { type ModelSpread, modelSpread } from './model-spread.js';
import { modelOf } from './models.js';

/** What is known of a VRA's models. Files and ledger are asked independently of each other: either may know more. */
export interface ModelRecord {
  readonly vra: string;
  /** Where MODEL_PATH is. */
  readonly folder: string;
  /** MODEL_VERSION. */
  readonly wantedVersion: string;
  /** The set of features that its models take. */
  readonly featureSet: string;
  readonly annotates: boolean;
  /** LOWEST_SCORE. */
  readonly lowestScore: number | null;
  /** Every version with a file or a score; the wanted one first, then the one that scored last. */
  readonly versions: readonly VersionRecord[];
  /** What is wrong with files in the folder, or with the folder, one line each. */
  readonly unusable: readonly string[];
  /** The version that was asked for. */
  readonly shown: ShownVersion;
}

export interface VersionRecord {
  readonly version: string;
  readonly isInUse: boolean;
  /** Its .onnx file below the folder; null if there is none. */
  readonly file: string | null;
  readonly created: string | null;
  readonly features: number | null;
  /** YYYYMMDD, of the first and the last night with scores; null if it has none that were counted. */
  readonly firstNight: string | null;
  readonly lastNight: string | null;
  readonly scores: number;
}

export interface ShownVersion {
  readonly version: string;
  /** Of the model, as its manifest has them; null without a manifest. */
  readonly manifest: Manifest | null;
  readonly spread: ModelSpread;
  /** Null without a manifest. */
  readonly missing: MissingFeatures | null;
}

/**
 * @param version by default the wanted one
 * @throws UsageError if there is no such VRA, or nothing of that version
 */
export async function modelRecord(look: Look, vra: string, version?: string): Promise<ModelRecord> {
  const settings = look.settings.vras.find(({ modelName }) => modelName === vra);
  if (!settings) throw new UsageError(`there is no VRA ${vra}: the settings have ${look.vras.join(', ')}`);
  const { folder, models, unusable } = await modelFilesOf(settings);
  const versions = await versionsOf(look, settings, folder, models);
  const wanted = version ?? settings.modelVersion;
  if (version !== undefined && !versions.some((each) => each.version === version)) {
    const there = versions.map((each) => each.version).join(', ') || 'no version';
    throw new UsageError(`there is no model and no score of ${vra} ${version}; of ${vra} there is ${there}`);
  }
  const manifest = modelOf(settings, models, wanted)?.manifest ?? null;
  return {
    ...{ vra, folder, wantedVersion: settings.modelVersion, featureSet: settings.features },
    ...{ annotates: settings.annotate, lowestScore: settings.lowestScore ?? null, versions, unusable },
    shown: {
      ...{ version: wanted, manifest, spread: await modelSpread(look, vra, wanted, manifest ?? {}) },
      missing: manifest && (await missingFeatureShares(look, vra, settings.features, manifest)),
    },
  };
}

/** The files may be elsewhere than the ledger: what cannot be read is said, and the rest is shown. */
async function modelFilesOf({ modelPath }: VraSettings): Promise<ModelFolder> {
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

async function versionsOf(
  { ledger }: Look,
  settings: VraSettings,
  folder: string,
  models: readonly ModelFile[],
): Promise<VersionRecord[]> {
  const scored = await ledger.scoreCounts.versions(settings.modelName);
  const own = models.filter(({ manifest }) => manifest.name === settings.modelName);
  const names = new Set([
    settings.modelVersion,
    ...scored.map(({ version }) => version),
    ...own.map(({ manifest }) => manifest.version),
  ]);
  // The wanted version is named even where nothing is known of it but its name.
  return [...names].map((version) => {
    const file = modelOf(settings, own, version);
    const counted = scored.find((each) => each.version === version);
    return {
      ...{ version, isInUse: file !== undefined && version === settings.modelVersion },
      file: file ? file.path.slice(folder.length + 1) : null,
      ...{ created: file?.manifest.created ?? null, features: file?.manifest.features.length ?? null },
      ...{ firstNight: counted?.firstNight ?? null, lastNight: counted?.lastNight ?? null },
      scores: counted?.scores ?? 0,
    };
  });
}
