import { isDone, STAGES } from '@lvra/core';
import type { StemFacts } from '@lvra/ledger';
import { doAgain, FROM_BACKUP } from '../advice.js';
import type { Findings } from '../findings.js';

/** Whether a status table has the stem: what a batch gets in the transaction that registers it. */
export function isRegistered(facts: StemFacts, [vra = '']: readonly string[]): boolean {
  return STAGES.some((stage) => facts.status(stage, vra) !== undefined);
}

/** Checks that all that the consumer records of a batch is there. */
export function checkRegistration({ stem, batch, traces }: StemFacts, findings: Findings): void {
  const wrong = (what: string) => findings.add({ check: 'batch', stem, what, todo: FROM_BACKUP });
  if (!batch) {
    if (traces.event || traces.others) wrong('the consumer made the stem, and the table batch has no row of it');
    return;
  }
  if (!batch.registered) wrong('the table batch has it as not registered yet, and the status tables have it');
  else if (batch.arrivals !== batch.alerts) {
    wrong(`the table batch has ${batch.alerts} alerts, and the times of arrival of ${batch.arrivals}`);
  }
  if (!traces.event) wrong('its history does not say when it was registered, so its offsets are in no order');
}

/** Looks for stems without a row in a status table, and for removed statuses. */
export function checkStatuses(
  facts: StemFacts,
  { vras, findings }: { readonly vras: readonly string[]; readonly findings: Findings },
): void {
  const { stem } = facts;
  const missing = STAGES.filter((stage) => facts.status(stage, vras[0] ?? '') === undefined);
  if (missing.length > 0 && (missing.length < STAGES.length || facts.batch)) {
    const what = `it has no row in the status table of ${missing.join(', ')}`;
    findings.add({ check: 'batch', stem, what, todo: missing.map((stage) => doAgain(stem, stage)).join(', then ') });
    return;
  }
  for (const vra of vras) {
    const isScored = facts.scores.some(({ model }) => model === vra);
    for (const stage of STAGES) {
      if (facts.status(stage, vra) !== null) continue;
      const last = facts.lastStatus(stage, vra);
      const wasDone = last !== undefined && isDone(last);
      if (!wasDone && !(isScored && stage !== 'annotate')) continue;
      const what = `its status in ${stage} is NULL, as of a stem that is not for the VRA, and it was done`;
      findings.add({ check: 'batch', stem, vra, what, todo: doAgain(stem, stage) });
    }
  }
}
