import { writeChunks, writeFileAtomically } from '@lvra/store';
import { FORMATS, type FormatName } from './formats/format.js';
import type { Table } from './table.js';

interface Writing {
  readonly format: FormatName;
  readonly signal: AbortSignal;
  /** Is told how many rows were written so far. */
  readonly onRows: (rows: number) => void;
  /** The time of the file, ms since 1970, once all is read; by default that of its end. */
  readonly madeAt?: () => number;
}

/**
 * Writes a table into a file, which is there as a whole or as it was before.
 *
 * @returns how much was written
 * @throws what the signal was aborted with; CannotWrite
 */
export async function writeTable(
  table: Table,
  path: string,
  { format, signal, onRows, madeAt }: Writing,
): Promise<{ rows: number; bytes: number }> {
  let rows = 0;
  let bytes = 0;
  await writeFileAtomically(path, async (file) => {
    const counted = counting(table, (some) => {
      signal.throwIfAborted();
      rows += some;
      onRows(rows);
    });
    for await (const chunk of FORMATS[format].bytesOf(counted)) {
      await writeChunks(file, [chunk]);
      bytes += chunk.length;
    }
    if (madeAt !== undefined) await file.utimes(madeAt() / 1_000, madeAt() / 1_000);
  });
  return { rows, bytes };
}

function counting(table: Table, onRows: (rows: number) => void): Table {
  return {
    ...table,
    async *rows() {
      for await (const rows of table.rows()) {
        onRows(rows.count);
        yield rows;
      }
    },
  };
}
