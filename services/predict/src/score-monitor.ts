import type { ScoreCounts } from '@lvra/ledger';
import { type FeatureTable, type Manifest, populationStability, sum } from '@lvra/model';
import type { ModelMetrics } from '@lvra/telemetry';

/** The bins if the manifest names none: tenths. */
const TENTHS = Array.from({ length: 11 }, (_, at) => at / 10);

/** Fewer scores of a night are not significant: with ten bins, chance alone gives an index of 0.05. */
const FEWEST_SCORES = 200;

/** If the manifest has no distribution of scores, this many nights before give it. */
const NIGHTS_BEFORE = 7;

/** Reading the counts costs as much as scoring some alerts, and one stem hardly changes a night's index. */
const STABILITY_EVERY_MS = 10_000;

/** The bins in which a model's scores are counted. */
export function edgesOf(manifest: Manifest): readonly number[] {
  return manifest.scores?.edges ?? TENTHS;
}

/** Metrics of a model's input and output: missing values, scores, and their drift. */
export class ScoreMonitor {
  readonly #metrics: ModelMetrics;
  readonly #counts: ScoreCounts;
  /** When the stability is measured again, on the clock of `performance.now()`. */
  #nextStability = 0;

  constructor(metrics: ModelMetrics, counts: ScoreCounts) {
    this.#metrics = metrics;
    this.#counts = counts;
  }

  /** A stem of the night was scored and recorded. */
  async note(
    stem: string,
    manifest: Manifest,
    { values, rows }: Pick<FeatureTable, 'values' | 'rows'>,
    scores: Iterable<number>,
  ): Promise<void> {
    if (rows === 0) return;
    const { name: vra, version, features } = manifest;
    missingOf(values, features.length).forEach((missing, at) => {
      this.#metrics.missingShare.set({ vra, version, feature: features[at] as string }, missing / rows);
    });
    const histogram = this.#metrics.scores.labels({ vra, version });
    for (const score of scores) histogram.observe(score);
    if (performance.now() < this.#nextStability) return;
    this.#nextStability = performance.now() + STABILITY_EVERY_MS;
    await this.#noteStability(stem, manifest);
  }

  /**
   * Compares the night of the stem, of all replicas, with the distribution in the manifest, or else with that of the
   * nights before. Without enough of either, the index stays as it was. A past night is never shown as this one: neither
   * one of a backfill nor that of a stem that is retried days later.
   */
  async #noteStability(stem: string, manifest: Manifest): Promise<void> {
    const { name, version } = manifest;
    const nights = await this.#counts.nights({ name, version }, edgesOf(manifest), NIGHTS_BEFORE + 1);
    const [tonight, ...before] = nights;
    if (!tonight || !stem.startsWith(tonight.night) || sum(tonight.counts) < FEWEST_SCORES) return;
    const expected = manifest.scores?.shares ?? sumHistograms(before.map(({ counts }) => counts));
    if (!expected) return;
    this.#metrics.stability.set({ vra: name, version }, populationStability(expected, tonight.counts));
  }
}

/** How many values of each feature are missing. */
function missingOf(values: Float32Array | Float64Array, features: number): Uint32Array {
  const missing = new Uint32Array(features);
  for (let at = 0, feature = 0; at < values.length; at += 1) {
    if (Number.isNaN(values[at])) missing[feature] = (missing[feature] as number) + 1;
    feature += 1;
    if (feature === features) feature = 0;
  }
  return missing;
}

/** The sum of the counts of several nights; undefined if they are too few. */
function sumHistograms(nights: readonly (readonly number[])[]): number[] | undefined {
  const [first, ...others] = nights;
  const total = first?.map((count, bin) => count + sum(others.map((counts) => counts[bin] as number)));
  return total && sum(total) >= FEWEST_SCORES ? total : undefined;
}
