import { writeFileSync } from 'node:fs';
import { reference } from '@lvra/core/testing/reference';

/** Writes what the Python pipeline computes from the real alerts as a feature file. @returns how many rows */
export function writeRealFeatures(path: string): number {
  const { columns, rows } = reference;
  const cell = (value: string | number | boolean | null | undefined) =>
    typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value ?? '');
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  writeFileSync(path, `${[columns.join(','), ...lines].join('\n')}\n`);
  return rows.length;
}
