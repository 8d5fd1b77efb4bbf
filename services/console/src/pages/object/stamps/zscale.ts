/** The values that are drawn black and white. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

const SAMPLES = 1_000;
const CONTRAST = 0.25;
/** Of the samples: with more of them rejected, the range of all values stands. */
const MOST_REJECTED = 0.5;
const LEAST_SAMPLES = 5;
const REJECT_SIGMA = 2.5;
const ITERATIONS = 5;
/** Neighbours of a rejected sample that go with it, as a share of all. */
const GROWTH = 0.01;

/**
 * The limits between which IRAF, DS9 and astropy draw an image with zscale: a line is fitted to the sorted values, without those
 * far from it, and made steeper by the contrast. Sources at the ends of the range are cut off, so that the sky can be seen.
 *
 * Source: `display` of IRAF; astropy.visualization.ZScaleInterval, whose results and constants these are.
 *
 * @returns undefined if no value is finite
 */
export function zscale(values: Float64Array): Limits | undefined {
  const samples = samplesOf(values);
  const count = samples.length;
  const [least, most] = [samples[0], samples[count - 1]];
  if (least === undefined || most === undefined) return undefined;
  const slope = slopeOf(samples);
  if (slope === undefined) return { low: least, high: most };
  const centre = Math.floor((count - 1) / 2);
  const median = ((samples[centre] as number) + (samples[Math.floor(count / 2)] as number)) / 2;
  return {
    low: Math.max(least, median - ((centre - 1) * slope) / CONTRAST),
    high: Math.min(most, median + ((count - centre) * slope) / CONTRAST),
  };
}

/** Every so many of the finite values, sorted. */
function samplesOf(values: Float64Array): Float64Array {
  const finite = values.filter((value) => Number.isFinite(value));
  const stride = Math.max(1, Math.floor(finite.length / SAMPLES));
  return finite
    .filter((_, at) => at % stride === 0)
    .subarray(0, SAMPLES)
    .sort();
}

/** Of the line through the samples that are not rejected, in values a sample; undefined if too many are. */
function slopeOf(samples: Float64Array): number | undefined {
  const count = samples.length;
  const least = Math.max(LEAST_SAMPLES, Math.floor(count * MOST_REJECTED));
  let isBad: boolean[] = Array.from(samples, () => false);
  let good = count;
  let before = count + 1;
  let slope: number | undefined;
  for (let turn = 0; turn < ITERATIONS && good < before && good >= least; turn++) {
    const line = lineThrough(samples, isBad);
    slope = line.slope;
    const distances = samples.map((value, x) => value - (line.intercept + line.slope * x));
    const most = REJECT_SIGMA * deviationOf(distances.filter((_, x) => !isBad[x]));
    isBad = grown(isBad.map((bad, x) => bad || Math.abs(distances[x] as number) > most));
    before = good;
    good = isBad.filter((bad) => !bad).length;
  }
  return good >= least ? slope : undefined;
}

/** Least squares over the samples that are not bad. */
function lineThrough(samples: Float64Array, isBad: readonly boolean[]): { slope: number; intercept: number } {
  let [n, sumX, sumY] = [0, 0, 0];
  for (const [x, y] of samples.entries()) {
    if (isBad[x]) continue;
    n++;
    sumX += x;
    sumY += y;
  }
  const [meanX, meanY] = [sumX / n, sumY / n];
  let [products, squares] = [0, 0];
  for (const [x, y] of samples.entries()) {
    if (isBad[x]) continue;
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  const slope = products / squares;
  return { slope, intercept: meanY - slope * meanX };
}

/** Standard deviation of all of a population. */
function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** With the neighbours of what is bad, on both sides. */
function grown(isBad: readonly boolean[]): boolean[] {
  const width = Math.max(1, Math.floor(isBad.length * GROWTH));
  const after = Math.floor((width - 1) / 2);
  return isBad.map((_, x) => isBad.slice(Math.max(0, x + after - width + 1), x + after + 1).includes(true));
}
