import type { ModelFile } from '@lvra/predict/model-files';
import { loadSettings, type VraSettings } from '@lvra/shared/settings/settings';
import { Command } from 'commander';
import { print, table } from '../formats.js';

const HELP = `
The models in the folder of each VRA's MODEL_PATH, by their manifests. \`*\` is the one that MODEL_VERSION asks for; the
predict stage checks it once more before it scores with it, and says so in lvra_model_info and lvra_model_refused.

Examples:
  lvra model list
  lvra model use r0b a2`;

export function modelListCommand(): Command {
  return new Command('list')
    .description('the models that are there, and which one the settings ask for')
    .addHelpText('after', HELP)
    .action(async () => {
      const { modelsBeside } = await import('@lvra/predict/model-files');
      for (const vra of loadSettings().vras) print(describe(vra, await modelsBeside(vra.modelPath)));
    });
}

function describe(
  { modelName, modelVersion, modelPath }: VraSettings,
  { folder, models, unusable }: { folder: string; models: readonly ModelFile[]; unusable: readonly string[] },
): string {
  const own = models.filter(({ manifest }) => manifest.name === modelName);
  const wanted = own.filter(({ manifest }) => manifest.version === modelVersion);
  const inUse = wanted.find(({ path }) => path === modelPath) ?? wanted[0];
  const rows = own.map((model) => [
    model === inUse ? '*' : '',
    model.manifest.version,
    model.path.slice(folder.length + 1),
    String(model.manifest.features.length),
    model.manifest.created.slice(0, 10),
  ]);
  return [
    `${modelName} in ${folder}`,
    rows.length > 0 ? table(['', 'version', 'file', 'features', 'created'], rows, [3]) : 'no model of this VRA',
    ...(inUse ? [] : [`MODEL_VERSION is ${modelVersion}, which is not there: lvra model use ${modelName} <version>`]),
    ...unusable,
    '',
  ].join('\n');
}
