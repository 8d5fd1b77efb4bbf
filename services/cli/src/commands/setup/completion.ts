import { VERSION } from '@lvra/runtime';
import { Argument, Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../../manual/completion.js';
import { manPage } from '../../manual/man-page.js';
import { wordList } from '../../manual/word-list.js';

const HELP = `
Prints a script; \`make install\` puts it where the shell finds it, and the manual where \`man lvra\` does.

Examples:
  source <(lvra completion bash)
  lvra completion fish > ~/.config/fish/completions/lvra.fish`;

/** @param everything makes the program with all its commands */
export function completionCommand(everything: () => Promise<Command>): Command {
  return new Command('completion')
    .description('completion of words for a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText('after', HELP)
    .action(async (shell: Shell) => {
      process.stdout.write(completionScript(shell, wordList(await everything())));
    });
}

/** Hidden: `make install` asks for it. */
export function manPageCommand(everything: () => Promise<Command>): Command {
  return new Command('man-page').description('the manual, for man').action(async () => {
    process.stdout.write(manPage(await everything(), VERSION));
  });
}
