import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { astropyPython } from '@lvra/test-servers/tools';
import type { Orientation } from '../orientation.js';

/** FITS files that astropy wrote, and what it reads of them. */
export interface MadeByAstropy {
  readonly files: ReadonlyMap<string, Buffer>;
  /** Pixels, the lowest row first, as Python writes numbers; null where there is no value. */
  readonly images: Readonly<Record<string, readonly (string | null)[]>>;
  readonly sky: Readonly<Record<string, Orientation>>;
}

export function madeByAstropy(): MadeByAstropy {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-fits-'));
  // Python files are not compiled: they stay in src/.
  const script = fileURLToPath(new URL('../../../src/fits/testing/made-by-astropy.py', import.meta.url));
  try {
    const told = JSON.parse(execFileSync(astropyPython(), [script, folder], { encoding: 'utf8' })) as MadeByAstropy;
    return { ...told, files: new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))])) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
