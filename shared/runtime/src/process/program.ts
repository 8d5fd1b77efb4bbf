import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escapeControlLines, LockHeld, messageOf, UsageError } from '@lvra/core';
import { hideSecrets } from '@lvra/telemetry';

/** The exit codes of all programs. */
export const EXIT = {
  done: 0,
  /** Something is left to do, or went wrong on the way. */
  failed: 1,
  /** A setting, an option or a path must be changed first. */
  usage: 2,
  /** Another process works on the data folder. */
  locked: 3,
} as const;

/** True for the module that Node was started with. */
export function isProgram(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}

/**
 * Runs a program to its end. An error that an operator can fix is printed as one line each on stderr; any other is a bug
 * and is printed with its stack.
 */
export async function runProgram(name: string, main: () => Promise<void>): Promise<void> {
  // What Node itself prints could show a secret, and its diagnostic reports contain the environment.
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
  process.stderr.write(`${sanitize(text).replace(/^(?!\s)/gm, `${name}: `)}\n`);
}

/** Without secrets and control characters: a message may quote external input. */
function sanitize(text: string): string {
  return escapeControlLines(hideSecrets(text));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof LockHeld ? EXIT.locked : EXIT.failed;
}
