/** How many values of each feature are missing. @param values row by row */
export function missingOf(values: Float32Array | Float64Array, features: number): Uint32Array {
  const missing = new Uint32Array(features);
  for (let at = 0, feature = 0; at < values.length; at += 1) {
    if (Number.isNaN(values[at])) missing[feature] = (missing[feature] as number) + 1;
    feature += 1;
    if (feature === features) feature = 0;
  }
  return missing;
}
