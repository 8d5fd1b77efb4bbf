import { open } from 'node:fs/promises';
import { parseId } from '@lvra/core';
import { CsvScanner, NotCsv } from '@lvra/model';

/** The ids of a row of a feature file; undefined if a cell is no id. */
export interface FeatureIds {
  /** The position of its alert in the batch file; undefined if the file has no column `index`. */
  readonly position: number | undefined;
  readonly diaObjectId: bigint | undefined;
  readonly diaSourceId: bigint | undefined;
}

/**
 * Reads the ids of a feature file of either pipeline.
 *
 * @throws NotCsv if it is no table, and the error of the file system
 */
export async function readFeatureIds(path: string): Promise<FeatureIds[]> {
  const file = await open(path, 'r');
  try {
    const scanner = new CsvScanner(async (target) => (await file.read(target)).bytesRead);
    if (!(await scanner.advance())) throw new NotCsv('it is empty, without even a header');
    const header = Array.from({ length: scanner.cells }, (_, cell) => scanner.name(cell));
    const [index, object, source] = ['index', 'diaObjectId', 'diaSourceId'].map((name) => header.indexOf(name));
    const rows: FeatureIds[] = [];
    while (await scanner.advance()) {
      if (scanner.cells !== header.length) {
        throw new NotCsv(`row ${scanner.row} has ${scanner.cells} cells where the header has ${header.length}`);
      }
      const text = (cell = -1) => (cell === -1 ? '' : scanner.text(cell));
      const position = /^\d{1,9}$/.test(text(index)) ? Number(text(index)) : undefined;
      rows.push({ position, diaObjectId: parseId(text(object)), diaSourceId: parseId(text(source)) });
    }
    return rows;
  } finally {
    await file.close();
  }
}
