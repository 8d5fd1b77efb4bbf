import type { NameVerification } from '@lvra/ledger';
import { shellWord } from './advice.js';
import type { Findings } from './findings.js';

/** Looks for rows whose stem does not even look like one: no stage can ever do them. */
export async function checkNames(names: NameVerification, findings: Findings): Promise<void> {
  for (const name of await names.odd()) await reportOddName(name, names, findings);
  const unnamed = await names.unnamed();
  if (unnamed.length > 0) {
    const what = `there are rows whose stem is NULL, no text, or cannot be typed: ${listOf(unnamed)}`;
    findings.add({ check: 'batch', what, todo: '`lvra forget unnamed`' });
  }
}

/** @param name of rows, such as 20260230_000000, and no stem */
export async function reportOddName(name: string, names: NameVerification, findings: Findings): Promise<void> {
  const what = `${JSON.stringify(name)} is no stem, so no file can have this name: ${listOf(await names.tablesWith(name))}`;
  findings.add({ check: 'batch', stem: name, what, todo: `\`lvra forget stem ${shellWord(name)}\`` });
}

function listOf(tables: readonly { table: string; rows: number }[]): string {
  return tables.map(({ table, rows }) => `${rows} in ${table}`).join(', ');
}
