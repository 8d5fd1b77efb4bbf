import { existsSync } from 'node:fs';
import { StageMisconfigured, UsageError } from '@lvra/shared/errors';
import { Ledger } from '@lvra/shared/ledger/ledger';
import { dataPaths } from '@lvra/shared/paths';
import { writeModelVersion } from '@lvra/shared/settings/edit-vra';
import { loadSettings, type Settings, type VraSettings } from '@lvra/shared/settings/settings';
import { vraOf } from '@lvra/shared/settings/stage-vras';
import { Command } from 'commander';
import { print } from '../formats.js';

const HELP = `
Checks the model as the predict stage does: its manifest, its sha256, that it is a classifier, that it scores, that the
newest feature files have its columns. Then it writes MODEL_VERSION into the VRA's file, and the running predict stage
takes the model up at its next stem; the other services need nothing. The version before is one \`lvra model use\` away.
If the environment of the services sets the version (LVRA_R0B_MODEL_VERSION), that overrides the file.

Examples:
  lvra model list
  lvra model use r0b a2`;

export function modelUseCommand(): Command {
  return new Command('use')
    .description('have a VRA score with another version of its model, without a restart')
    .argument('<vra>')
    .argument('<version>')
    .addHelpText('after', HELP)
    .action(async (name: string, version: string) => {
      const settings = loadSettings();
      const vra = vraOf(settings, name);
      await check(settings, vra, version);
      await writeModelVersion(vra, version, settings.profile);
      print(`${vra.file}: MODEL_VERSION is ${version} now, it was ${vra.modelVersion}; counts from the next stem on`);
    });
}

/** @throws UsageError where the model would be refused */
async function check(settings: Settings, vra: VraSettings, version: string): Promise<void> {
  const [{ checkModel }, { assertNotDemoModel }] = await Promise.all([
    import('@lvra/predict/check-model'),
    import('@lvra/annotate/demonstration'),
  ]);
  assertNotDemoModel(settings, { ...vra, modelVersion: version });
  const paths = dataPaths(settings.dataRoot);
  const ledger = existsSync(paths.database)
    ? Ledger.open(paths.database, [vra.modelName], { create: false })
    : undefined;
  try {
    const files = ledger && { vra: vra.modelName, features: vra.features, paths, ledger };
    await checkModel({ name: vra.modelName, version, path: vra.modelPath }, files);
  } catch (error) {
    if (!(error instanceof StageMisconfigured)) throw error;
    throw new UsageError(`${error.message}; nothing was changed`, { cause: error });
  } finally {
    ledger?.close();
  }
}
