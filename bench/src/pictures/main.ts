import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newestResult, RESULTS } from '../results.js';
import { drawBatches, drawReplicas, drawSources } from './curves.js';
import { drawLedger } from './ledger.js';
import { drawStages } from './stages.js';

// make bench-pictures: what bench/results holds, as pictures for docs/performance.md.

const PICTURES = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));

/** Each draws nothing where its result is not kept. */
const DRAW: Readonly<Record<string, () => Promise<string> | undefined>> = {
  stages: () => {
    const result = newestResult('');
    return result && drawStages(result);
  },
  ledger: () => drawKept('ledger.json', drawLedger),
  batches: () => drawKept('curves.json', drawBatches),
  sources: () => drawKept('curves.json', drawSources),
  replicas: () => drawKept('curves.json', drawReplicas),
};

function drawKept<T>(file: string, draw: (result: T) => Promise<string>): Promise<string> | undefined {
  const path = join(RESULTS, file);
  return existsSync(path) ? draw(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

mkdirSync(PICTURES, { recursive: true });
for (const [name, draw] of Object.entries(DRAW)) {
  const svg = await draw();
  const path = join(PICTURES, `${name}.svg`);
  if (svg !== undefined) writeFileSync(path, svg);
  process.stdout.write(`${relative(process.cwd(), path)}: ${svg === undefined ? 'no result to draw' : 'drawn'}\n`);
}
