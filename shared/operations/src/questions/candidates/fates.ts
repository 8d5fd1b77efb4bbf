import { setImmediate as othersGoOn } from 'node:timers/promises';
import { ANNOTATION_OUTCOMES, type Fate, type Ledger } from '@lvra/ledger';
import type { NightColumns } from './night/night-columns.js';

/** Everything that a score's fate can be. */
export const FATES: readonly Fate[] = [...ANNOTATION_OUTCOMES, 'sent', 'unanswered', 'unsent'];
/** These stay as they are while nobody repairs anything; they are remembered. */
const SETTLED: ReadonlySet<Fate> = new Set<Fate>(['accepted', 'superseded', 'below_lowest']);
const AT_ONCE = 2_000;

/** Those of some rows whose fate at Lasair is one now. */
export async function withFate(
  ledger: Ledger,
  vra: string,
  night: NightColumns,
  rows: Uint32Array,
  fate: Fate,
): Promise<Uint32Array> {
  const { columns } = night;
  const wanted = FATES.indexOf(fate) + 1;
  const now = new Map<number, number>();
  const unsettled = rows.filter((row) => columns.fate[row] === 0);
  for (let at = 0; at < unsettled.length; at += AT_ONCE) {
    if (at > 0) await othersGoOn();
    const some = [...unsettled.subarray(at, at + AT_ONCE)];
    const outcomes = await ledger.fates.outcomes(some.map((row) => columns.id[row] as bigint));
    const others = some.filter((row) => !outcomes.has(columns.id[row] as bigint)).map((row) => night.fatedAt(row));
    const fates = others.length === 0 ? undefined : await ledger.fates.of(vra, others);
    for (const row of some) {
      const id = columns.id[row] as bigint;
      const found = outcomes.get(id) ?? (fates?.get(id)?.fate as Fate);
      const number = FATES.indexOf(found) + 1;
      now.set(row, number);
      if (SETTLED.has(found)) night.columns.fate[row] = number;
    }
  }
  return rows.filter((row) => (now.get(row) ?? columns.fate[row]) === wanted);
}
