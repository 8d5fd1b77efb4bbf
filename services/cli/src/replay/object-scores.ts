import type { ReplayedScore } from '@lvra/shared/ledger/replayed-scores';
import { newestFirst } from '@lvra/shared/ledger/source-order';
import { table, utc } from '../formats.js';

/** The scores that replays gave an object, newest source first. */
export function replayedTable(scores: readonly ReplayedScore[]): string {
  const rows = newestFirst(scores).map(({ diaSourceId, vra, modelVersion, score, stem, at }) => [
    String(diaSourceId),
    vra,
    modelVersion,
    score.toFixed(4),
    stem,
    utc(at),
  ]);
  return table(['replayed diaSourceId', 'VRA', 'version', 'score', 'stem', 'replayed (UTC)'], rows, [3]);
}

/** The same for programs; ids are strings. */
export function replayedInJson(scores: readonly ReplayedScore[]): object[] {
  return newestFirst(scores).map(({ diaSourceId, at, ...score }) => ({
    diaSourceId: String(diaSourceId),
    ...score,
    at: new Date(at).toISOString(),
  }));
}
