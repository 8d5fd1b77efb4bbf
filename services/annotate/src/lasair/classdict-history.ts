import { classificationOf, LONGEST_CLASSDICT, type PastScore, plainDecimal, unsendable } from '@lvra/ledger';

/**
 * Adds the object's last scores to a classdict, as the key `history`: newest first, each with diaSourceId (a string, as
 * all ids in it), midpointMjdTai (null if unknown), score and model_version.
 *
 * The oldest are left out if they exceed Lasair's limit of characters. A past score that Lasair could not store is left
 * out too, so that the new one is still accepted.
 */
export function withHistory(classdict: string, history: readonly PastScore[]): string {
  if (history.length === 0) return classdict;
  let text = `${classdict.slice(0, -1)}, "history": [`;
  let separator = '';
  for (const entry of history.flatMap(entryOf)) {
    if (text.length + separator.length + entry.length + ']}'.length > LONGEST_CLASSDICT) break;
    text += separator + entry;
    separator = ', ';
  }
  return `${text}]}`;
}

function entryOf(past: PastScore): string[] {
  if (unsendable(past) !== undefined) return [];
  const { diaSourceId, midpointMjdTai, score, modelVersion } = past;
  const time = midpointMjdTai === null ? 'null' : plainDecimal(midpointMjdTai);
  return [
    `{"diaSourceId": "${diaSourceId}", "midpointMjdTai": ${time}, "score": ${classificationOf(score as number)}, "model_version": "${modelVersion}"}`,
  ];
}
