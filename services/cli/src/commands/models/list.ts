import { loadSettings } from '@lvra/config';
import { type VraModels, vraModels } from '@lvra/operations';
import { Command } from 'commander';
import { print, printJson, table } from '../../command-line/output.js';

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
      const all = await vraModels(loadSettings());
      if (options.json) return printJson(all);
      for (const each of all) print(describe(each));
    });
}

function describe({ vra, folder, wantedVersion, models, unusable }: VraModels): string {
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
