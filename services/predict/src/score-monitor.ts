import type { ScoreCounts } from '@lvra/ledger';
import {
  edgesOf,
  expectedSpread,
  FEWEST_SCORES,
  type FeatureTable,
  type Manifest,
  missingOf,
  NIGHTS_BEFORE,
  outOfRange,
  populationStability,
  sum,
} from '@lvra/model';
import type { ModelMetrics } from '@lvra/telemetry';

/** Reading the counts costs as much as scoring some alerts, and one stem hardly changes a night's index. */
const STABILITY_EVERY_MS = 10_000;

/** Metrics of a model's input and output: missing and unusual values, scores, and their drift. */
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
    table: Pick<FeatureTable, 'values' | 'rows'>,
    scores: Iterable<number>,
  ): Promise<void> {
    if (table.rows === 0) return;
    const { name: vra, version } = manifest;
    this.#noteInput(manifest, table);
    const histogram = this.#metrics.scores.labels({ vra, version });
    for (const score of scores) histogram.observe(score);
    if (performance.now() < this.#nextStability) return;
    this.#nextStability = performance.now() + STABILITY_EVERY_MS;
    await this.#noteStability(stem, manifest);
  }

  #noteInput(manifest: Manifest, { values, rows }: Pick<FeatureTable, 'values' | 'rows'>): void {
    const { name: vra, version, features } = manifest;
    const missing = missingOf(values, features.length);
    const outside = outOfRange(values, manifest);
    for (const [at, feature] of features.entries()) {
      const labels = { vra, version, feature };
      this.#metrics.missingShare.set(labels, (missing[at] as number) / rows);
      if (outside) this.#metrics.featureOutOfRangeShare.set(labels, (outside[at] as number) / rows);
    }
    const there = values.length - sum([...missing]);
    if (outside && there > 0) this.#metrics.outOfRangeShare.set({ vra, version }, sum([...outside]) / there);
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
    const expected = expectedSpread(manifest, before);
    if (!expected) return;
    this.#metrics.stability.set({ vra: name, version }, populationStability(expected, tonight.counts));
  }
}
