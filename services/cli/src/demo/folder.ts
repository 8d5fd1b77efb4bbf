import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '@lvra/core';

/** The file that marks a folder as one that `lvra demo` made, and may empty. */
const MARK = '.lvra-demo';

/**
 * Makes the demonstration's folder, or empties that of an earlier one.
 *
 * @returns its absolute path
 * @throws UsageError if it holds something that no demonstration has made; nothing is touched
 */
export function beginDemoFolder(path: string): string {
  const folder = resolve(path);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw refusal(folder);
  mkdirSync(folder, { recursive: true });
  const inIt = readdirSync(folder);
  if (inIt.length > 0 && !existsSync(join(folder, MARK))) throw refusal(folder);
  writeFileSync(
    join(folder, MARK),
    'lvra demo empties this folder each time it begins: keep nothing of value in it.\n',
  );
  for (const name of inIt) if (name !== MARK) rmSync(join(folder, name), { recursive: true });
  return folder;
}

function refusal(folder: string): UsageError {
  return new UsageError(
    `${folder} is there, and no demonstration made it. lvra demo would empty it: move it away, or run lvra demo in ` +
      'another folder',
  );
}
