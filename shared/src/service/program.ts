import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, UsageError } from '../errors.js';
import { hideSecrets } from '../observe/secrets.js';
import { visibleLines } from '../observe/terminal.js';
import { LockHeld } from './locks.js';

/** What the exit codes of all our programs say. */
export const EXIT = {
  done: 0,
  /** Something is left to do, or went wrong on the way. */
  failed: 1,
  /** A setting, an option or a path must be changed first. */
  usage: 2,
  /** Somebody else works on the data folder. */
  locked: 3,
} as const;

/** True for the module that Node was started with. */
export function isProgram(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}

/**
 * Runs a program to its end. What a person can mend is said in a line each on stderr; anything else is a fault of
 * ours and comes with its stack.
 */
export async function runProgram(name: string, main: () => Promise<void>): Promise<void> {
  // What Node prints of its own accord could show a secret; and in its diagnostic reports stands the environment.
  process.on('uncaughtException', (error) => {
    report(name, error);
    process.exit();
  });
  try {
    await main();
  } catch (error) {
    report(name, error);
  }
}

function report(name: string, error: unknown): void {
  process.exitCode = exitCodeOf(error);
  const text = process.exitCode === EXIT.failed && error instanceof Error ? (error.stack ?? '') : messageOf(error);
  process.stderr.write(`${shown(text).replace(/^(?!\s)/gm, `${name}: `)}\n`);
}

/** Without secrets, and without what a terminal would obey: a message may quote what came from outside. */
function shown(text: string): string {
  return visibleLines(hideSecrets(text));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof LockHeld ? EXIT.locked : EXIT.failed;
}
