import { UsageError } from '@lvra/core';
import type { Ledger } from '../ledger.js';

/**
 * The Kafka group of a data folder: that of the settings; else the one it was read as before; else a new, unique one.
 *
 * @throws UsageError if the settings must name one
 */
export async function groupIdOf(
  { groupId, groupPrefix = '' }: { readonly groupId?: string | undefined; readonly groupPrefix?: string | undefined },
  { id, positions, batches }: Ledger,
): Promise<string> {
  if (groupId !== undefined) return groupId;
  const groups = await positions.groups();
  if (groups.length > 1) {
    throw new UsageError(
      `this data folder was read as ${groups.join(' and ')}: write the one to continue with into group_id (or LVRA_GROUP_ID)`,
    );
  }
  if (groups[0] === undefined && (await batches.hasStemsOfOthers())) {
    throw new UsageError(
      'this data folder has stems of the Python pipeline: write its group_id (prod in its settings) into group_id (or ' +
        'LVRA_GROUP_ID), and reading resumes where it stopped; with any other, all that Kafka still has is read again',
    );
  }
  return groups[0] ?? `${groupPrefix}lvra_${id}`;
}
