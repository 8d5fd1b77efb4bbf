import { LockHeld, UsageError } from '@lvra/core';
import { EXIT, runProgram } from '@lvra/runtime';
import { CommanderError } from 'commander';
import { asCalled, hintsAt } from './called-as.js';
import { type Commands, makeProgram } from './program.js';

/** Runs the command that this process was started with. */
export async function runCommandLine(commands: Commands): Promise<void> {
  // The reader of our output may stop reading, as head does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });

  hintsAt(Object.keys(commands));
  await runProgram('lvra', async () => {
    const words = process.argv.slice(2);
    try {
      await (await makeProgram(commands, words)).parseAsync(words.length > 0 ? words : ['--help'], { from: 'user' });
    } catch (error) {
      if (error instanceof UsageError || error instanceof LockHeld) error.message = asCalled(error.message);
      if (!(error instanceof CommanderError)) throw error;
      // The error has been printed; a request for help is not one.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
  });
}
