import { type FileHandle, open } from 'node:fs/promises';
import { CsvScanner } from './csv-scanner.js';

const OBJECT = 'diaObjectId';

/** One cell of a feature file, as it stands there. */
export interface FeatureCell {
  readonly name: string;
  readonly text: string;
}

/**
 * The last row of an object in a feature file, every column of it, to be looked at; undefined if there is none.
 *
 * @throws NotCsv, or the error of a file that cannot be read
 */
export async function readFeatureRow(path: string, diaObjectId: bigint): Promise<FeatureCell[] | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const reading = file;
    return await lastRowOf(new CsvScanner(async (target) => (await reading.read(target)).bytesRead), diaObjectId);
  } finally {
    await file?.close();
  }
}

async function lastRowOf(scanner: CsvScanner, diaObjectId: bigint): Promise<FeatureCell[] | undefined> {
  if (!(await scanner.advance())) return undefined;
  const names = Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell));
  const column = names.indexOf(OBJECT);
  if (column === -1) return undefined;
  const wanted = String(diaObjectId);
  let found: FeatureCell[] | undefined;
  while (scanner.next() || (await scanner.advance())) {
    if (scanner.cells !== names.length || scanner.text(column) !== wanted) continue;
    found = names.map((name, cell) => ({ name, text: scanner.text(cell) }));
  }
  return found;
}
