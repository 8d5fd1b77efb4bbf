import { UsageError } from '@lvra/core';
import { alerts } from './alerts.js';
import { features } from './features.js';
import { lightCurves } from './light-curves.js';
import type { NightTable, Source, WhichRows } from './night-table.js';
import { scores } from './scores.js';

/** Every table of a night, and what makes it. */
export const NIGHT_TABLES = {
  scores,
  features,
  'light-curves': lightCurves,
  alerts,
} satisfies Record<string, (source: Source, which: WhichRows) => Promise<NightTable>>;

export type NightTableName = keyof typeof NIGHT_TABLES;

/** The rows of others are the same for every VRA. */
const OF_A_VRA: readonly NightTableName[] = ['scores', 'features'];

/** @throws UsageError if there is no such VRA, or the table has no rows of one alone */
export function checkVra({ vras }: Pick<Source, 'vras'>, table: NightTableName, vra: string | undefined): void {
  if (vra === undefined) return;
  if (!OF_A_VRA.includes(table)) throw new UsageError(`${table} are the same for every VRA: leave it out`);
  if (!vras.includes(vra)) throw new UsageError(`there is no VRA ${vra} in the settings; there are ${vras.join(', ')}`);
}
