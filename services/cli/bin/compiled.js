import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('..', import.meta.url));

/** Which state of which projects was bundled; not in an image, where nothing is compiled. */
export const RECORD = join(CLI, 'bundle/compiled.json');

/**
 * Tells one state of compiled projects from another, by the records that the compiler keeps of them. Not by their times,
 * which a copy of the checkout need not have.
 *
 * @param projects their folders from here
 */
export function stateOf(projects) {
  const hash = createHash('sha256');
  for (const project of projects) hash.update(readIfThere(join(CLI, project, 'tsconfig.tsbuildinfo')) ?? '');
  return hash.digest('hex');
}

/** @returns undefined where there is no such file */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}
