import { loadSettings } from '@lvra/config';
import { useModel } from '@lvra/operations';
import { Command } from 'commander';
import { print } from '../../command-line/output.js';

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
    .action(async (name: string, wanted: string) => {
      const { file, version, before } = await useModel(loadSettings(), name, wanted);
      print(`${file}: MODEL_VERSION is ${version} now, it was ${before}; counts from the next stem on`);
    });
}
