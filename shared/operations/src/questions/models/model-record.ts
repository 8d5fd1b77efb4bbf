import type { VraSettings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import type { Manifest, ModelFile } from '@lvra/model';
import type { Look } from '../../open-ledger.js';
import { type MissingFeatures, missingFeatureShares } from './missing-features.js';
import { type ModelSpread, modelSpread, type NightSpread } from './model-spread.js';
import { modelFilesOf, modelOf } from './models.js';

/** The models of a VRA. Files and ledger are asked independently of each other: either may know more. */
export interface VraVersions {
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

/** One version of a VRA's model, and its scores and features as they are now. */
export interface ModelRecord extends VraVersions {
  readonly version: string;
  /** Of the model; null if there is none that can be read. */
  readonly manifest: Manifest | null;
  readonly spread: ModelSpread;
  /** Null without a manifest. */
  readonly missing: MissingFeatures | null;
}

/** All VRAs of the settings, each with the newest night of the wanted version; null if it has not scored. */
export async function allModels(look: Look): Promise<(VraVersions & { readonly newest: NightSpread | null })[]> {
  const all = [];
  for (const settings of look.settings.vras) {
    const [found, models] = await vraVersions(look, settings);
    const manifest = modelOf(settings, models, settings.modelVersion)?.manifest;
    const { nights } = await modelSpread(look, settings.modelName, settings.modelVersion, manifest ?? {}, 1);
    all.push({ ...found, newest: nights[0] ?? null });
  }
  return all;
}

/**
 * @param version by default the wanted one
 * @throws UsageError if there is no such VRA, or nothing of that version
 */
export async function modelRecord(look: Look, vra: string, version?: string): Promise<ModelRecord> {
  const settings = look.settings.vras.find(({ modelName }) => modelName === vra);
  if (!settings) throw new UsageError(`there is no VRA ${vra}: the settings have ${look.vras.join(', ')}`);
  const [found, models] = await vraVersions(look, settings);
  const shown = version ?? settings.modelVersion;
  if (version !== undefined && !found.versions.some((each) => each.version === version)) {
    const there = found.versions.map((each) => each.version).join(', ');
    throw new UsageError(`there is no model and no score of ${vra} ${version}; of ${vra} there is ${there}`);
  }
  const manifest = modelOf(settings, models, shown)?.manifest ?? null;
  return {
    ...{ ...found, version: shown, manifest, spread: await modelSpread(look, vra, shown, manifest ?? {}) },
    missing: manifest && (await missingFeatureShares(look, vra, settings.features, manifest)),
  };
}

async function vraVersions(look: Look, settings: VraSettings): Promise<[VraVersions, readonly ModelFile[]]> {
  const { modelName: vra, modelVersion: wantedVersion, features: featureSet, annotate: annotates } = settings;
  const { folder, models, unusable } = await modelFilesOf(settings);
  const versions = await versionsOf(look, settings, folder, models);
  const lowestScore = settings.lowestScore ?? null;
  return [{ vra, folder, wantedVersion, featureSet, annotates, lowestScore, versions, unusable }, models];
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
