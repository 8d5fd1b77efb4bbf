import { STAGES, type Stage } from '@lvra/core';
import type { Questions } from '../database.js';
import { question } from '../statements.js';
import { STATUS_TABLE } from '../status-tables.js';

/** A row of a status table: the stem, the time of its last change, and the status of each VRA that there is or was. */
export type StatusRow = Readonly<Record<string, unknown>>;

const ROWS = STAGES.map((stage) => question<StatusRow>(`SELECT * FROM ${STATUS_TABLE[stage]} WHERE stem = ?`));

const ROWS_OF_STEMS = STAGES.map((stage) =>
  question<StatusRow & { readonly stem: string }>(`SELECT * FROM ${STATUS_TABLE[stage]} WHERE stem IN @stems`),
);

/** The rows of some stems in each status table, by stem. */
export async function statusRowsOfStems(
  ask: Questions,
  stems: readonly string[],
): Promise<Record<Stage, ReadonlyMap<string, StatusRow>>> {
  const byStem = async (at: number) =>
    new Map((await ask.all(ROWS_OF_STEMS[at]!, { stems })).map((row) => [row.stem, row]));
  return { feature: await byStem(0), predict: await byStem(1), annotate: await byStem(2) };
}

/** A stem's row in each status table. */
export async function statusRowsOf(ask: Questions, stem: string): Promise<Record<Stage, StatusRow | undefined>> {
  const [feature, predict, annotate] = [
    await ask.get(ROWS[0]!, stem),
    await ask.get(ROWS[1]!, stem),
    await ask.get(ROWS[2]!, stem),
  ];
  return { feature, predict, annotate };
}

/** A VRA's status in a row; null if the stem is not for the VRA, undefined if there is no row. */
export function statusIn(row: StatusRow | undefined, vra: string): number | null | undefined {
  if (row === undefined) return undefined;
  const code = row[columnNamed(row, vra) ?? ''];
  if (code === null || code === undefined) return null;
  // A status that is no number is not done: the stage takes the stem.
  return typeof code === 'bigint' ? Number(code) : Number.NaN;
}

/** The name of a VRA's column, in the table's spelling. */
export function columnNamed(row: StatusRow, vra: string): string | undefined {
  const wanted = vra.toLowerCase();
  return Object.keys(row).find((name) => name.toLowerCase() === wanted);
}
