import { type FileHandle, open } from 'node:fs/promises';
import { CsvScanner } from './csv-scanner.js';

/**
 * The features that none of these feature files has. Missing files and files without rows are ignored.
 *
 * One file may lack a column that others have, because none of its alerts had the field.
 *
 * @throws NotCsv
 */
export async function missingFromAll(features: readonly string[], files: readonly string[]): Promise<string[]> {
  const headers = (await Promise.all(files.map(headerOf))).filter((header) => header !== undefined);
  return headers.length === 0 ? [] : features.filter((feature) => !headers.some((header) => header.has(feature)));
}

/** The columns of a feature file; undefined if there is no file, or no row in it. */
async function headerOf(path: string): Promise<ReadonlySet<string> | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
    if (!(await scanner.advance())) return undefined;
    const header = new Set(Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell)));
    return (await scanner.advance()) ? header : undefined;
  } finally {
    await file.close();
  }
}
