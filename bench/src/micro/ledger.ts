import type { HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';
import { LedgerFlow } from './ledger-flow.js';

const WORDS: Readonly<Record<(typeof LedgerFlow.STEPS)[number], string>> = {
  register: 'reserve a stem and register it',
  claim: 'claim the stem',
  recordFeatures: 'record its features',
  recordScores: 'record its scores',
  read: 'read what is to be annotated',
  send: 'reserve and finish one list call',
  settle: 'settle the stem',
};

/** Each step of a stem through the ledger; before each measured one, a fresh stem is brought there. */
export function ledgerPaths(input: Input): HotPaths {
  const flow = new LedgerFlow(input);
  return {
    paths: LedgerFlow.STEPS.map((step, index) => ({
      group: 'ledger',
      name: WORDS[step],
      input: input.name,
      alerts: flow.alerts,
      before: () => {
        flow.begin();
        for (const earlier of LedgerFlow.STEPS.slice(0, index)) flow[earlier]();
      },
      run: () => flow[step](),
    })),
    close: () => flow.close(),
  };
}
