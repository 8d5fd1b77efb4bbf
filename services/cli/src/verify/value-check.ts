import { type OddValue, stageOfTable, type ValueVerification } from '@lvra/shared/ledger/verify-values';
import { isStem } from '@lvra/shared/stem';
import { FROM_BACKUP } from './advice.js';
import type { Findings } from './findings.js';

/** Looks for values that are not of their column's type. */
export function checkValues(values: ValueVerification, findings: Findings): void {
  for (const odd of values.odd()) {
    const { table, column, value, id, stem } = odd;
    const where = id === undefined ? table : `row ${id} of ${table}`;
    const what = `${where} has ${value} in ${column}, which is not of the column's type`;
    findings.add({ check: 'value', ...(stem !== undefined && { stem }), what, todo: adviceFor(odd) });
  }
}

function adviceFor({ table, id, stem }: OddValue): string {
  const stage = stageOfTable(table);
  // A name that is no stem has a finding of its own, and goes with all of its rows.
  if (stem !== undefined && !isStem(stem)) return 'see what is said of its name';
  if (stage !== undefined && stem !== undefined) return `\`lvra retry ${stem} --stage ${stage} --force\``;
  const again = stem === undefined ? '' : `, then \`lvra retry ${stem} --force\``;
  if (table === 'provenance') return `\`lvra forget scores ${id}\`${again}`;
  if (table === 'threshold_flags_provenance') return `\`lvra forget flags ${id}\`${again}`;
  return FROM_BACKUP;
}
