import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newestResult } from '../results.js';
import { drawStages } from './stages.js';

// make bench-pictures: what bench/results holds, as pictures for docs/performance.md.

const PICTURES = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));

/** Each draws nothing where its result is not kept. */
const DRAW: Readonly<Record<string, () => Promise<string> | undefined>> = {
  stages: () => {
    const result = newestResult('');
    return result && drawStages(result);
  },
};

mkdirSync(PICTURES, { recursive: true });
for (const [name, draw] of Object.entries(DRAW)) {
  const svg = await draw();
  const path = join(PICTURES, `${name}.svg`);
  if (svg !== undefined) writeFileSync(path, svg);
  process.stdout.write(`${relative(process.cwd(), path)}: ${svg === undefined ? 'no result to draw' : 'drawn'}\n`);
}
