import { existsSync } from 'node:fs';
import { type Settings, type VraSettings, vraOf, writeModelVersion } from '@lvra/config';
import { StageMisconfigured, UsageError } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { dataPaths } from '@lvra/store';

/** What became of MODEL_VERSION. */
export interface VersionChange {
  /** The VRA's settings file. */
  readonly file: string;
  readonly version: string;
  /** The version that was in force until now. */
  readonly before: string;
}

/**
 * Checks a version of a VRA's model as the predict stage does, and writes it into the VRA's file. It needs no ledger; where
 * there is one, the newest feature files must have the model's columns.
 *
 * @throws UsageError if there is no such VRA, or the model would be refused
 */
export async function useModel(settings: Settings, name: string, version: string): Promise<VersionChange> {
  const vra = vraOf(settings, name);
  await check(settings, vra, version);
  await writeModelVersion(vra, version, settings.profile);
  return { file: vra.file, version, before: vra.modelVersion };
}

async function check(settings: Settings, vra: VraSettings, version: string): Promise<void> {
  const [{ checkModel }, { assertNotDemoModel }] = await Promise.all([import('@lvra/model'), import('@lvra/config')]);
  assertNotDemoModel(settings, { ...vra, modelVersion: version });
  const paths = dataPaths(settings.dataRoot);
  const isThere = typeof settings.ledger !== 'string' || existsSync(settings.ledger);
  const ledger = isThere ? await Ledger.open(settings.ledger, [vra.modelName], { create: false }) : undefined;
  try {
    const files = ledger && { vra: vra.modelName, features: vra.features, paths, ledger };
    await checkModel({ name: vra.modelName, version, path: vra.modelPath }, files);
  } catch (error) {
    if (!(error instanceof StageMisconfigured)) throw error;
    throw new UsageError(`${error.message}; nothing was changed`, { cause: error });
  } finally {
    await ledger?.close();
  }
}
