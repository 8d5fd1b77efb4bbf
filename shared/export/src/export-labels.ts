import { join } from 'node:path';
import { FORMATS, type FormatName } from './formats/format.js';
import { labels } from './tables/labels.js';
import type { Source } from './tables/night-table.js';
import { type LabelledVra, training } from './tables/training.js';
import { writeTable } from './write-table.js';

export interface LabelOrder {
  readonly format: FormatName;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Is told how many rows were written so far. */
  readonly onRows: (rows: number) => void;
}

export interface ExportedLabels {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Writes every label into `FOLDER/labels.parquet`. @throws what the signal was aborted with; CannotWrite */
export async function exportLabels({ ledger }: Pick<Source, 'ledger'>, order: LabelOrder): Promise<ExportedLabels> {
  const path = join(order.folder, `labels.${FORMATS[order.format].extension}`);
  return { path, ...(await writeTable(labels(ledger), path, order)) };
}

export interface ExportedTraining extends ExportedLabels {
  /** Labelled objects that the VRA never had. */
  readonly unseen: number;
  /** Labelled objects whose feature files are all gone. */
  readonly gone: number;
  /** Files that cannot be read or lack a row, and why. */
  readonly unreadable: readonly string[];
}

/**
 * Writes what a VRA's next model may learn from into `FOLDER/training-VRA.parquet`.
 *
 * @param wanted which labels; by default those that count for the VRA
 * @throws what the signal was aborted with; CannotWrite; UsageError
 */
export async function exportTraining(
  source: Pick<Source, 'ledger' | 'paths'>,
  vra: LabelledVra,
  wanted: readonly string[] | undefined,
  order: LabelOrder,
): Promise<ExportedTraining> {
  const table = await training(source, vra, wanted);
  const path = join(order.folder, `training-${vra.modelName}.${FORMATS[order.format].extension}`);
  const written = await writeTable(table, path, order);
  const { unseen, gone, unreadable } = table;
  return { path, ...written, unseen, gone, unreadable };
}
