import { cpSync, mkdirSync, readdirSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The files that are needed to add a VRA. */
const COPIED = [
  'bench',
  'deploy',
  'grafana',
  'model-import',
  'scripts',
  'services',
  'shared',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
];

/** For tests: a built copy of the project that may be changed and built; it borrows the npm packages. */
export function copyProject(folder: string): void {
  for (const name of COPIED) {
    cpSync(join(PROJECT, name), join(folder, name), {
      recursive: true,
      // So that only what a test changes is built again.
      preserveTimestamps: true,
      filter: (path) => basename(path) !== 'node_modules',
    });
  }
  const modules = join(PROJECT, 'node_modules');
  const borrowed = join(folder, 'node_modules');
  for (const own of ['@lvra', '.bin']) mkdirSync(join(borrowed, own), { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name !== '@lvra' && name !== '.bin') symlinkSync(join(modules, name), join(borrowed, name));
  }
  linkAgain(join(modules, '@lvra'), join(borrowed, '@lvra'), folder);
  linkAgain(join(modules, '.bin'), join(borrowed, '.bin'), folder);
}

/** Links of the project to the project become links of the copy to the copy; others stay. */
function linkAgain(from: string, to: string, folder: string): void {
  for (const name of readdirSync(from)) {
    const target = realpathSync(resolve(from, readlinkSync(join(from, name))));
    const own = COPIED.find((part) => target.startsWith(join(PROJECT, part)));
    symlinkSync(own ? join(folder, target.slice(PROJECT.length)) : target, join(to, name));
  }
}

/** A file of the project. */
export function projectFile(path: string): string {
  return join(PROJECT, path);
}
