import { type FlagFact, THRESHOLD_FLAGS } from '@lvra/ledger';
import { doAgain, forgetFlags } from '../advice.js';
import type { Findings } from '../findings.js';
import type { AlertFacts } from './batch-contents.js';
import { compare, pairOf } from './compare-pairs.js';

const TABLE = 'threshold_flags_provenance';

/**
 * Compares the flags and times that the ledger has of sources with those that their alerts give.
 *
 * The Python pipeline's rows cannot be checked: a source brighter for the first time within 0.61 days of the latest
 * counts there, and the latest is the last of the list.
 */
export function checkFlagValues(
  stem: string,
  alerts: readonly AlertFacts[],
  flags: readonly FlagFact[],
  findings: Findings,
): void {
  const wanted = new Map<string, AlertFacts[]>();
  for (const alert of alerts) wanted.set(pairOf(alert), [...(wanted.get(pairOf(alert)) ?? []), alert]);
  for (const { id, values, midpointMjdTai, ...ids } of flags) {
    const alert = wanted.get(pairOf(ids))?.shift();
    if (!alert) continue;
    const { count, first } = alert.flags;
    const right = [...count, ...count.map((sources) => (sources > 0 ? 1 : 0)), ...first];
    const at = right.findIndex((value, column) => values[column] !== BigInt(value));
    const object = String(ids.diaObjectId);
    if (at !== -1) {
      const what = `row ${id} of ${TABLE} has ${THRESHOLD_FLAGS[at]} ${values[at]}, and the alert gives ${right[at]}`;
      findings.add({ check: 'features', stem, object, what, todo: forgetFlags([id], stem) });
    }
    if (midpointMjdTai !== alert.midpointMjdTai) {
      const has = midpointMjdTai === null ? 'no time' : `the time ${midpointMjdTai}`;
      const what = `the table source has ${has} of source ${ids.diaSourceId}, and the alert ${alert.midpointMjdTai}`;
      findings.add({ check: 'features', stem, object, what, todo: doAgain(stem, 'feature') });
    }
  }
}

/** Compares the threshold flags of a stem with the pairs of ids of its feature rows. */
export function checkFlags(
  stem: string,
  pairs: readonly string[],
  flags: readonly FlagFact[],
  findings: Findings,
): void {
  const { missing, doubled, strange } = compare(pairs, flags, pairOf);
  for (const pair of missing) {
    const [object = '?', source] = pair.split(' ');
    const what = `${TABLE} has no row of source ${source}`;
    findings.add({ check: 'features', stem, object, what, todo: doAgain(stem, 'feature') });
  }
  for (const { id, diaObjectId, diaSourceId } of strange) {
    const what = `row ${id} of ${TABLE} is of source ${diaSourceId}, of which there is no feature row`;
    findings.add({ check: 'id', stem, object: String(diaObjectId), what, todo: forgetFlags([id], stem) });
  }
  for (const { id, diaObjectId, diaSourceId } of doubled) {
    const what = `${TABLE} has the row of source ${diaSourceId} twice, the second time as row ${id}`;
    findings.add({ check: 'doubled', stem, object: String(diaObjectId), what, todo: forgetFlags([id], stem) });
  }
}
