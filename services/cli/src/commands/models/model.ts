import { Command } from 'commander';
import { modelCompareCommand } from './compare.js';
import { modelListCommand } from './list.js';
import { modelUseCommand } from './use.js';

const HELP = `
Models lie side by side with their manifests in the folder of a VRA's MODEL_PATH; MODEL_VERSION in its file says which
one scores. Running services follow it, between two stems.

Examples:
  lvra model list
  lvra model use r0b a2
  lvra model compare r0b a1 a2 --from 20260422 --to 20260429`;

/** `lvra model`: what has to do with the versions of the VRAs' models. */
export function modelCommand(): Command {
  return new Command('model')
    .description('the models of the VRAs: what is there, which one scores')
    .helpCommand(false)
    .addHelpText('after', HELP)
    .addCommand(modelListCommand())
    .addCommand(modelUseCommand())
    .addCommand(modelCompareCommand());
}
