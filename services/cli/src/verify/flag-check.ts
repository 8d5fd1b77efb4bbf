import type { FlagFact } from '@lvra/shared/ledger/verify-stems';
import { doAgain, forgetFlags } from './advice.js';
import type { Findings } from './findings.js';
import { compare, pairOf } from './tally.js';

const TABLE = 'threshold_flags_provenance';

/** Holds the threshold flags of a stem against the pairs of ids of its feature rows. */
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
