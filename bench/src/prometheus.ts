/** One sample of a metrics page: its labels as written, and its value. */
interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** The sum of a metric's samples whose labels hold all of `labels`, such as `stage="predict"`. */
export function sumOf(page: string, name: string, ...labels: string[]): number {
  return samplesOf(page, name)
    .filter((sample) => labels.every((label) => sample.labels.includes(label)))
    .reduce((sum, sample) => sum + sample.value, 0);
}

/**
 * A quantile of a histogram by linear interpolation within its bucket, as Prometheus does it.
 *
 * @returns NaN where nothing was observed
 */
export function quantileOf(page: string, name: string, quantile: number): number {
  const buckets = samplesOf(page, `${name}_bucket`)
    .map(({ labels, value }) => ({ le: Number(/le="([^"]+)"/.exec(labels)?.[1]?.replace('+Inf', 'Infinity')), value }))
    .sort((a, b) => a.le - b.le);
  const rank = quantile * (buckets.at(-1)?.value ?? 0);
  let below = { le: 0, value: 0 };
  for (const bucket of buckets) {
    if (bucket.value >= rank && bucket.value > 0) {
      if (bucket.le === Number.POSITIVE_INFINITY) return below.le;
      return below.le + ((bucket.le - below.le) * (rank - below.value)) / (bucket.value - below.value);
    }
    below = bucket;
  }
  return Number.NaN;
}

function samplesOf(page: string, name: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const parts = /^([a-zA-Z_:]+)(\{[^}]*\})? (\S+)$/.exec(line);
    return parts?.[1] === name ? [{ labels: parts[2] ?? '', value: Number(parts[3]) }] : [];
  });
}
