import type { ModelFile } from '@lvra/predict/model-files';
import { loadSettings, type VraSettings } from '@lvra/shared/settings/settings';
import { Command } from 'commander';
import { print, printJson, table } from '../formats.js';

const HELP = `
The models in the folder of each VRA's MODEL_PATH, by their manifests. \`*\` is the one that MODEL_VERSION asks for; the
predict stage checks it once more before it scores with it, and says so in lvra_model_info and lvra_model_refused.

Examples:
  lvra model list
  lvra model use r0b a2`;

export function modelListCommand(): Command {
  return new Command('list')
    .description('the models that are there, and which one the settings ask for')
    .option('--json', 'for programs')
    .addHelpText('after', HELP)
    .action(async (options: { json?: true }) => {
      const { modelsBeside } = await import('@lvra/predict/model-files');
      const all = [];
      for (const vra of loadSettings().vras) all.push(modelsOf(vra, await modelsBeside(vra.modelPath)));
      if (options.json) return printJson(all);
      for (const each of all) print(describe(each));
    });
}

function modelsOf(
  { modelName, modelVersion, modelPath }: VraSettings,
  { folder, models, unusable }: { folder: string; models: readonly ModelFile[]; unusable: readonly string[] },
) {
  const own = models.filter(({ manifest }) => manifest.name === modelName);
  const wanted = own.filter(({ manifest }) => manifest.version === modelVersion);
  const inUse = wanted.find(({ path }) => path === modelPath) ?? wanted[0];
  const list = own.map((model) => ({
    isInUse: model === inUse,
    version: model.manifest.version,
    file: model.path.slice(folder.length + 1),
    features: model.manifest.features.length,
    created: model.manifest.created,
  }));
  return { vra: modelName, folder, wantedVersion: modelVersion, models: list, unusable };
}

function describe({ vra, folder, wantedVersion, models, unusable }: ReturnType<typeof modelsOf>): string {
  const rows = models.map(({ isInUse, version, file, features, created }) => {
    return [isInUse ? '*' : '', version, file, String(features), created.slice(0, 10)];
  });
  return [
    `${vra} in ${folder}`,
    rows.length > 0 ? table(['', 'version', 'file', 'features', 'created'], rows, [3]) : 'no model of this VRA',
    ...(models.some(({ isInUse }) => isInUse)
      ? []
      : [`MODEL_VERSION is ${wantedVersion}, which is not there: lvra model use ${vra} <version>`]),
    ...unusable,
    '',
  ].join('\n');
}
