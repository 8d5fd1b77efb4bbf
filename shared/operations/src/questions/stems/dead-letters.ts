import type { DeadLetter } from '@lvra/ledger';
import { iso } from '../../iso.js';
import type { OpenLedger } from '../../open-ledger.js';

/** A stem that a stage of a VRA gave up on. */
export interface DeadStem extends Omit<DeadLetter, 'at'> {
  /** When it was given up, ISO 8601 in UTC; null if the ledger has no time there. */
  readonly at: string | null;
}

/** Every stem that a stage gave up on, in the order of the flow. */
export async function deadLetters({ ledger, stages }: Pick<OpenLedger, 'ledger' | 'stages'>): Promise<DeadStem[]> {
  const dead = await Promise.all(stages.map(([stage, vra]) => ledger.work(stage, vra).deadLetters()));
  return dead.flat().map(({ at, ...rest }) => ({ ...rest, at: iso(at) }));
}
