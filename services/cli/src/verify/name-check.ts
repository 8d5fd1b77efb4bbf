import type { NameVerification } from '@lvra/shared/ledger/verify-names';
import type { Findings } from './findings.js';

/**
 * Looks for rows whose stem does not even look like one: no stage can ever do them.
 *
 * @returns the names that were reported
 */
export function checkNames(names: NameVerification, findings: Findings): ReadonlySet<string> {
  const odd = new Set(names.odd());
  for (const name of odd) reportOddName(name, names, findings);
  const unnamed = names.unnamed();
  if (unnamed.length > 0) {
    const what = `there are rows whose stem is NULL or no text: ${listOf(unnamed)}`;
    findings.add({ check: 'batch', what, todo: '`lvra forget unnamed`' });
  }
  return odd;
}

/** @param name of rows, such as 20260230_000000, and no stem */
export function reportOddName(name: string, names: NameVerification, findings: Findings): void {
  const what = `${JSON.stringify(name)} is no stem, so no file can have this name: ${listOf(names.tablesWith(name))}`;
  findings.add({ check: 'batch', stem: name, what, todo: `\`lvra forget stem ${shellWord(name)}\`` });
}

function listOf(tables: readonly { table: string; rows: number }[]): string {
  return tables.map(({ table, rows }) => `${rows} in ${table}`).join(', ');
}

/** A text as a shell takes it for one word. */
function shellWord(text: string): string {
  if (/^[\w.:/-]+$/.test(text) && !text.startsWith('-')) return text;
  return `-- '${text.replaceAll("'", `'\\''`)}'`;
}
