import type { NightColumns } from './night-columns.js';
import { halvesOf, RowsByKey } from './rows-by-key.js';

/** Another VRA's scores of the same sources, by row, its last of each source; NaN where it has none. */
export function scoresOf(other: NightColumns, night: NightColumns, length: number): Float64Array {
  const [ofOther, own] = [other.columns, night.columns];
  const bySource = new RowsByKey(halvesOf(ofOther.source), other.length);
  for (let row = 0; row < other.length; row++) {
    const before = bySource.get(row);
    if (before < 0 || (ofOther.id[row] as bigint) > (ofOther.id[before] as bigint)) bySource.put(row);
  }
  const keys = halvesOf(own.source);
  return new Float64Array(length).map((_, row) => {
    const same = own.source[row] === 0n ? -1 : bySource.get(row, keys);
    return same < 0 ? Number.NaN : (ofOther.score[same] as number);
  });
}

/** The scores that another version of the model gave to the same sources, by row, the last of each; NaN where there is none. */
export function scoresOfOtherVersions(night: NightColumns, length: number): Float64Array {
  const { source, version, score } = night.columns;
  const scores = new Float64Array(length).fill(Number.NaN);
  const bySource = new RowsByKey(halvesOf(source), length);
  for (let row = 0; row < length; row++) {
    if (source[row] === 0n) continue;
    const before = bySource.get(row);
    bySource.put(row);
    if (before < 0) continue;
    if (version[before] === version[row]) {
      scores[row] = scores[before] as number;
    } else {
      scores[row] = score[before] as number;
      scores[before] = score[row] as number;
    }
  }
  return scores;
}
