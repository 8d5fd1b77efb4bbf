import { Command } from 'commander';
import { backupCommand } from './commands/backup.js';
import { deadCommand } from './commands/dead.js';
import { demoCommand } from './commands/demo.js';
import { initCommand } from './commands/init.js';
import { modelCommand } from './commands/model.js';
import { objectCommand } from './commands/object.js';
import { prepareCommand } from './commands/prepare.js';
import { pruneCommand } from './commands/prune.js';
import { quarantineCommand } from './commands/quarantine.js';
import { replayCommand } from './commands/replay.js';
import { retryCommand } from './commands/retry.js';
import { runCommand } from './commands/run.js';
import { sandboxCommand } from './commands/sandbox.js';
import { simulateCommand } from './commands/simulate.js';
import { startCommand } from './commands/start.js';
import { statusCommand } from './commands/status.js';
import { stemCommand } from './commands/stem.js';
import { tnsReportCommand } from './commands/tns-report.js';
import { verifyCommand } from './commands/verify.js';

const AFTER_HELP = `
Settings come from deploy/settings/settings.yaml, or from the file that LVRA_SETTINGS names; every key of it can be set
from the environment: batch_alerts is LVRA_BATCH_ALERTS. LVRA_PROFILE is production (the default) or development.

  production    LVRA_DATA_ROOT      LASAIR_LSST_TOKEN
  development   LVRA_DATA_ROOT_DEV  LASAIR_LSST_DEV_TOKEN

Exit codes: 0 all went well; 1 something is left to do or went wrong; 2 an option, a setting or a path must be changed;
3 somebody else works on the data folder.

Examples:
  lvra demo                          see it work, with simulated alerts and a stand-in for Lasair
  lvra init && lvra run              all stages in one process, until Ctrl-C
  lvra run --once --source none      work off what is pending, then end
  lvra status                        what is done, pending and failed`;

/** The whole command line. */
export function makeProgram(): Command {
  const program = new Command('lvra')
    .description(
      'Scores the alerts of a Lasair filter with virtual research assistants (VRAs) and annotates them at Lasair.',
    )
    .addHelpText('after', AFTER_HELP)
    .helpCommand(false);
  for (const command of [
    initCommand(),
    runCommand(),
    startCommand(),
    statusCommand(),
    stemCommand(),
    objectCommand(),
    retryCommand(),
    deadCommand(),
    replayCommand(),
    quarantineCommand(),
    modelCommand(),
    verifyCommand(),
    tnsReportCommand(),
    simulateCommand(),
    sandboxCommand(),
    backupCommand(),
    pruneCommand(),
    demoCommand(),
    prepareCommand(),
  ]) {
    program.addCommand(command, { hidden: command.name() === 'prepare' });
  }
  sayInOneLine(program);
  return program;
}

/** Mistakes of the person at the keyboard are one line on stderr, and end as a CommanderError. */
function sayInOneLine(command: Command): void {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const mistake = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll('\n', ' ');
      write(`lvra: ${mistake}; see lvra ${pathOf(command)}--help\n`);
    },
  });
  command.commands.forEach(sayInOneLine);
}

/** The command's own words after `lvra`. */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `;
}
