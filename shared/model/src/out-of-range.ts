import type { Manifest } from './manifest.js';

/**
 * How many values of each feature lie below the least or above the greatest of the import; missing values never do. Of n
 * rows at import, chance alone puts 2 / (n + 1) of such values there.
 *
 * @param values row by row, in the order of the features
 * @returns undefined if the manifest does not know the least and the greatest values
 */
export function outOfRange(
  values: Float32Array | Float64Array,
  { features, spread }: Pick<Manifest, 'features' | 'spread'>,
): Uint32Array | undefined {
  if (spread === undefined || spread.levels[0] !== 0 || spread.levels.at(-1) !== 1) return undefined;
  const quantiles = features.map((feature) => spread.quantiles[feature] ?? []);
  // In the precision of the values, so that the least and the greatest are not outside for being rounded.
  const rounded = (bounds: number[]) =>
    values instanceof Float32Array ? Float32Array.from(bounds) : Float64Array.from(bounds);
  const least = rounded(quantiles.map((each) => each[0] ?? Number.NEGATIVE_INFINITY));
  const greatest = rounded(quantiles.map((each) => each.at(-1) ?? Number.POSITIVE_INFINITY));
  const outside = new Uint32Array(features.length);
  for (let at = 0, feature = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value < (least[feature] as number) || value > (greatest[feature] as number)) {
      outside[feature] = (outside[feature] as number) + 1;
    }
    feature += 1;
    if (feature === features.length) feature = 0;
  }
  return outside;
}
