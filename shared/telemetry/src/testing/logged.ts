import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataPaths } from '@lvra/store';

/** The content of the log files of a name, of all days, as midnight may pass during a test. Empty if there are none. */
export function logged({ root }: DataPaths, name: string): string {
  const folder = join(root, 'logs');
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => basename(path) === name);
  return files
    .sort()
    .map((path) => readFileSync(join(folder, path), 'utf8'))
    .join('');
}
