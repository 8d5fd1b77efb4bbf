import type { Manifest } from './manifest.js';

/**
 * Where a value lies among those of the import, missing ones aside: at which level (0 the least, 1 the greatest), between two
 * quantiles of the manifest in proportion.
 */
export interface Quantile {
  readonly from: number;
  /** More than `from` only where one value fills several levels, as a flag's 0 does. */
  readonly to: number;
  /** Whether it is less than the least, or greater than the greatest. */
  readonly isBeyond: boolean;
}

/** @returns undefined for a missing value, and where the manifest does not know the feature's values */
export function quantileOf({ spread, input }: Manifest, feature: string, value: number): Quantile | undefined {
  const found = spread?.quantiles[feature];
  if (!spread || !found || Number.isNaN(value)) return undefined;
  const { levels } = spread;
  // In the precision of the value, so that the least and the greatest are not beyond for being rounded.
  const quantiles = input === 'float' ? found.map(Math.fround) : found;
  const first = quantiles.findIndex((each) => each >= value);
  const last = quantiles.findLastIndex((each) => each <= value);
  // Levels need not go to the least and the greatest; then this is all that is known of a value outside of them.
  if (first === -1) return outside(levels.at(-1) as number, 1);
  if (last === -1) return outside(0, levels[0] as number);
  if (first <= last) return { from: levels[first] as number, to: levels[last] as number, isBeyond: false };
  // Between the neighbours `last` and `first`.
  const [less, greater] = [quantiles[last] as number, quantiles[first] as number];
  const [below, above] = [levels[last] as number, levels[first] as number];
  const level = below + ((value - less) / (greater - less)) * (above - below);
  return { from: level, to: level, isBeyond: false };
}

function outside(from: number, to: number): Quantile {
  return { from, to, isBeyond: from === to };
}
