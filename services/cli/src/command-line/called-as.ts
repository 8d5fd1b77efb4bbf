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

let name: string | undefined;
let hint = /(?!)/g;

/** Words after which `lvra` in a text is a hint at what to type. */
export function hintsAt(commands: readonly string[]): void {
  hint = new RegExp(`(?<![\\w./-])lvra (?=(?:${[...commands, 'help', '--help'].join('|')})\\b)`, 'g');
}

/** A text with hints in which commands are called as this one was. */
export function asCalled(text: string): string {
  name ??= calledAs({ argv: process.argv, env: process.env, cwd: process.cwd() });
  return calledBy(name, text);
}

/** The same for a name of any length: explanations behind the examples of a help stay in one column. */
export function calledBy(name: string, text: string): string {
  if (name === 'lvra') return text;
  const renamed = (words: string) => words.replace(hint, `${name} `);
  const hintsIn = (words: string) => words.match(hint)?.length ?? 0;
  return text
    .split('\n\n')
    .map((paragraph) => {
      const lines = paragraph.split('\n').map((line) => EXAMPLE.exec(line) ?? [line, line, '', '']);
      const most = Math.max(...lines.map(([, example = '', gap]) => (gap === '' ? 0 : hintsIn(example))));
      return lines
        .map(([, example = '', gap = '', why = '']) => {
          const growth = (most - hintsIn(example)) * (name.length - 'lvra'.length);
          return `${renamed(example)}${gap}${gap === '' ? '' : ' '.repeat(growth)}${renamed(why)}`;
        })
        .join('\n');
    })
    .join('\n\n');
}

/** An example of a help, what parts it from the column of explanations, and its explanation. */
const EXAMPLE = /^( {2}\S.*?)( {2,})(\S.*)$/;
