// Removes from every dist/ the files whose source is gone: tsc leaves them there, and a deleted test would go on running.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = /\.(d\.ts|js)(\.map)?$/;

const root = fileURLToPath(new URL('..', import.meta.url));
const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));

for (const { path } of references) {
  const dist = join(root, path, 'dist');
  if (!existsSync(dist)) continue;
  for (const file of readdirSync(dist, { recursive: true }).filter((name) => BUILT.test(name))) {
    const source = join(root, path, 'src', file.replace(BUILT, ''));
    if (existsSync(`${source}.ts`) || existsSync(`${source}.tsx`)) continue;
    rmSync(join(dist, file));
    console.log(`removed ${join(path, 'dist', file)}: its source is gone`);
  }
}

// A package that has moved leaves its dist/ behind.
for (const parent of ['shared', 'services', 'test']) {
  const folders = readdirSync(join(root, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of [parent, ...folders.map(({ name }) => join(parent, name))]) {
    if (existsSync(join(root, folder, 'package.json'))) continue;
    for (const built of ['dist', 'bundle', 'tsconfig.tsbuildinfo']) {
      if (!existsSync(join(root, folder, built))) continue;
      rmSync(join(root, folder, built), { recursive: true });
      console.log(`removed ${join(folder, built)}: its package is gone`);
    }
  }
}
