import { isStem } from '@lvra/core';
import { type OddValue, stageOfTable } from '@lvra/ledger';
import { doAgain, FROM_BACKUP, forgetFlags, forgetScores, shellWord } from './advice.js';
import type { Findings } from './findings.js';

/** Reports values that are not of their column's type. */
export function reportValues(values: readonly OddValue[], findings: Findings): void {
  for (const odd of values) {
    const { table, column, value, id, stem } = odd;
    const where = id === undefined ? table : `row ${id} of ${table}`;
    const what = `${where} has ${value} in ${column}, which is not of the column's type`;
    findings.add({ check: 'value', ...(stem !== undefined && { stem }), what, todo: adviceFor(odd) });
  }
}

function adviceFor({ table, id, stem }: OddValue): string {
  // A name that is no stem has a finding of its own, and goes with all of its rows.
  if (stem !== undefined && !isStem(stem)) return `\`lvra forget stem ${shellWord(stem)}\``;
  const stage = stageOfTable(table);
  if (stage !== undefined && stem !== undefined) return doAgain(stem, stage);
  if (table === 'provenance' && id !== undefined) return forgetScores([id], stem);
  if (table === 'threshold_flags_provenance' && id !== undefined) return forgetFlags([id], stem);
  return FROM_BACKUP;
}
