import { isVraName, type Stage } from '@lvra/core';

/** The spec's status table of each stage. */
export const STATUS_TABLE: Record<Stage, string> = {
  feature: 'feature_making',
  predict: 'predict',
  annotate: 'annotating',
};

/**
 * A VRA's column in SQL. Columns cannot be bound as parameters, so this is the one place where a name
 * from the settings enters a statement; it holds letters, digits and underscores only.
 */
export function columnOf(vra: string): string {
  if (!isVraName(vra)) {
    throw new TypeError(`${JSON.stringify(vra)} cannot name a VRA: a letter, then letters, digits or underscores`);
  }
  return `"${vra}"`;
}

/** The stage whose statuses a table has. */
export function stageOfTable(table: string): keyof typeof STATUS_TABLE | undefined {
  return (Object.keys(STATUS_TABLE) as (keyof typeof STATUS_TABLE)[]).find((stage) => STATUS_TABLE[stage] === table);
}

/**
 * The partial indexes of a VRA's column. They find and count the few stems that are not done, that are at -1, which the
 * Python pipeline may have left half annotated, or that were never meant for the VRA.
 */
export function indexesOfVra(table: string, vra: string): ReadonlyMap<string, string> {
  const column = columnOf(vra);
  return new Map([
    [`${table}_open_${vra}`, `(stem) WHERE ${column} NOT IN (1, -1)`],
    [`${table}_partial_${vra}`, `(stem) WHERE ${column} = -1`],
    [`${table}_unasked_${vra}`, `(${column}) WHERE ${column} IS NULL`],
  ]);
}
