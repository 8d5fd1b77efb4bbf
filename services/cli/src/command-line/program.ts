import { escapeControl } from '@lvra/core';
import { VERSION } from '@lvra/runtime';
import { Command } from 'commander';
import { asCalled } from './called-as.js';

const AFTER_HELP = `
Settings come from deploy/settings/settings.yaml, or from the file that LVRA_SETTINGS names; every key of it can be set
from the environment: batch_alerts is LVRA_BATCH_ALERTS. LVRA_PROFILE is production (the default) or development.

  production    LVRA_DATA_ROOT      LASAIR_LSST_TOKEN
  development   LVRA_DATA_ROOT_DEV  LASAIR_LSST_DEV_TOKEN

Exit codes: 0 all went well; 1 something is left to do or went wrong; 2 an option, a setting or a path must be changed;
3 another process works on the data folder.

Examples:
  lvra demo                          see it work, with simulated alerts and a stand-in for Lasair
  lvra init && lvra run              all stages in one process, until Ctrl-C
  lvra run --once --source none      work off what is pending, then end
  lvra status                        what is done, pending and failed`;

/** Called by compose and by `make install`, not by users. */
const HIDDEN = ['prepare', 'man-page'];

/** What creates each command, in the order of the help. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/**
 * The command line. If its words begin with a command, only that one is loaded: `lvra status` needs neither a Kafka
 * client nor what scores and draws, and starts in a fraction of the time.
 *
 * @param words that it will be given; without them every command is loaded
 */
export async function makeProgram(commands: Commands, words: readonly string[] = []): Promise<Command> {
  const program = new Command('lvra')
    .description(
      'Scores the alerts of a Lasair filter with virtual research assistants (VRAs) and annotates them at Lasair.',
    )
    .addHelpText('after', AFTER_HELP)
    .version(VERSION, '--version', 'the version of this program')
    .helpCommand('help [command]', 'the help of a command');
  const named = Object.entries(commands).filter(([name]) => name === words[0]);
  const wanted = named.length > 0 || words[0] === '--version' ? named : Object.entries(commands);
  for (const [name, make] of wanted) {
    program.addCommand(await make(), { hidden: HIDDEN.includes(name) });
  }
  configureErrors(program);
  return program;
}

/** Usage errors are one line on stderr, and end as a CommanderError. */
function configureErrors(command: Command): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => process.stdout.write(asCalled(text)),
    outputError: (text, write) => {
      const mistake = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll('\n', ' ')
        .replace(/^unknown command '(.*)'$/, (whole, word: string) => `${whole}${partly(word, command)}`);
      write(asCalled(`lvra: ${escapeControl(mistake)}; see lvra ${pathOf(command)}--help\n`));
    },
  });
  command.commands.forEach(configureErrors);
}

/** The commands that begin with the given word; Commander finds those that are mistyped. */
function partly(word: string, { commands }: Command): string {
  const names = commands.map((command) => command.name());
  const meant = names.filter((name) => !HIDDEN.includes(name) && name.split('-').some((part) => part.startsWith(word)));
  if (meant.length === 0) return '';
  return ` (Did you mean ${meant.length > 1 ? 'one of ' : ''}${meant.join(', ')}?)`;
}

/** The command's own words after `lvra`. */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `;
}
