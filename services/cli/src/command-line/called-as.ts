import { relative } from 'node:path';

export interface Call {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * How to call this program again: `lvra` if it is installed, `npx lvra` within npx, else the path of the checkout's link. On a
 * machine where it is not installed, `npx lvra` outside the checkout would run a package of that name from npm.
 */
export function calledAs({ argv, env, cwd }: Call): string {
  const path = argv[1] ?? '';
  if (!path.endsWith('/node_modules/.bin/lvra')) return 'lvra';
  if (env.npm_command === 'exec') return 'npx lvra';
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') ? path : fromHere;
}

let hint = /(?!)/g;

/** Words after which `lvra` in a text is a hint at what to type. */
export function hintsAt(commands: readonly string[]): void {
  hint = new RegExp(`(?<![\\w./-])lvra (?=(?:${[...commands, 'help', '--help'].join('|')})\\b)`, 'g');
}

/** A text with hints in which commands are called as this one was. */
export function asCalled(
  text: string,
  name = calledAs({ argv: process.argv, env: process.env, cwd: process.cwd() }),
): string {
  return text.replace(hint, `${name} `);
}
