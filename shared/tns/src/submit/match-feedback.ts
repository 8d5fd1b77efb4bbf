import type { TnsRecord, TnsSettlement } from '@lvra/ledger';
import type { Feedback } from '../client/responses.js';

/**
 * What to record of TNS's feedback on a submission; nothing for a report that is not processed yet.
 *
 * An entry finds its report by the id that TNS returns. If TNS returns none, as for a report that it could not read,
 * the order counts, if there are as many entries as reports.
 *
 * @param records of the whole submission, in the order in which they were sent
 */
export function settlementsOf(records: readonly TnsRecord[], feedback: readonly Feedback[]): TnsSettlement[] {
  return records.flatMap((record, place) => {
    const id = String(record.diaObjectId);
    const inPlace = feedback.length === records.length ? feedback[place] : undefined;
    const found =
      feedback.find(({ diaObjectId }) => diaObjectId === id) ??
      (inPlace?.diaObjectId === undefined ? inPlace : undefined);
    if (found?.outcome === undefined || record.outcome !== undefined) return [];
    const { outcome, objname, message } = found;
    return [{ diaObjectId: record.diaObjectId, outcome, objname, detail: message }];
  });
}
