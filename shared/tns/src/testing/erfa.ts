import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { astropyPython } from '@lvra/test-servers/tools';

/** Runs Python with ERFA on a program's text, or on a file of this folder, and reads the JSON that it prints. */
export function askErfa<T>(program: { readonly text: string } | { readonly file: string }, ...args: string[]): T {
  const words = 'text' in program ? ['-c', program.text] : [pathOf(program.file)];
  const printed = execFileSync(astropyPython(), [...words, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(printed) as T;
}

/** Python files are not compiled: they stay in src/. */
function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../src/testing/${file}`, import.meta.url));
}
