import { relative } from 'node:path';

/** The names of all commands: after `lvra`, they make a hint. */
export const COMMAND_NAMES = [
  'init',
  'run',
  'start',
  'status',
  'stem',
  'top',
  'object',
  'retry',
  'forget',
  'dead',
  'replay',
  'quarantine',
  'model',
  'verify',
  'tns-report',
  'simulate',
  'sandbox',
  'backup',
  'restore',
  'prune',
  'demo',
  'alert-test',
  'completion',
  'man-page',
  'prepare',
  'help',
] as const;

const HINT = new RegExp(`(?<![\\w./-])lvra (?=(?:${COMMAND_NAMES.join('|')}|--help)\\b)`, 'g');

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

let name: string | undefined;

/** A text with hints in which commands are called as this one was. */
export function asCalled(text: string): string {
  name ??= calledAs({ argv: process.argv, env: process.env, cwd: process.cwd() });
  return name === 'lvra' ? text : text.replace(HINT, `${name} `);
}
