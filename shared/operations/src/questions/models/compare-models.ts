import { UsageError } from '@lvra/core';
import { type ComparedScore, type ComparedScores, compareSources, type ScoredBy } from '@lvra/ledger';

/** Bins of the score histograms, 0 to 1. */
export const BINS = 20;
/** Bins of each axis of the field of pairs. */
export const FIELD_BINS = 50;
/** Bins of the histogram of differences, -1 to 1. */
export const DIFFERENCE_BINS = 80;

/** This many objects are named whose scores are the widest apart. */
const WIDEST = 20;

/** The newest scores of an object. */
export interface ScorePair {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  readonly first: number;
  readonly second: number;
}

/** How two versions score the same sources. Differences are the second's score less the first's. */
export interface Comparison {
  /** Scores that both have. */
  readonly pairs: number;
  readonly objects: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** How many scores of each are in each of BINS bins. */
  readonly histograms: readonly [readonly number[], readonly number[]];
  /** Sorted. */
  readonly differences: Float64Array;
  readonly meanDifference: number;
  readonly meanAbsoluteDifference: number;
  /** Pairs by first and second score: FIELD_BINS rows of the first's bins, each of the second's. */
  readonly field: readonly (readonly number[])[];
  readonly threshold: number;
  /**
   * The objects whose newest score is on one side of the threshold for the first, and on the other for the second; widest apart
   * first.
   */
  readonly crossings: readonly ScorePair[];
  /** The WIDEST objects whose newest scores are the widest apart, whatever the threshold; widest first. */
  readonly widest: readonly ScorePair[];
  /** The oldest stem that was read; there are older ones if the comparison was limited. */
  readonly since: string | undefined;
  readonly isLimited: boolean;
}

interface Newest extends ScorePair {
  readonly midpointMjdTai: number | null;
}

/** Gathers pairs of scores, stem after stem, the newest stem first. */
export class Comparing {
  readonly #threshold: number;
  readonly #histograms = [new Array<number>(BINS).fill(0), new Array<number>(BINS).fill(0)] as const;
  readonly #field = Array.from({ length: FIELD_BINS }, () => new Array<number>(FIELD_BINS).fill(0));
  readonly #differences: number[] = [];
  readonly #newest = new Map<bigint, Newest>();
  #onlyFirst = 0;
  #onlySecond = 0;
  #since: string | undefined;

  /** @param threshold scores from it up are above */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  get pairs(): number {
    return this.#differences.length;
  }

  /** Adds the scores of one stem. If a source is in it several times, the first is compared with the first, and so on. */
  add(stem: string, first: readonly ComparedScore[], second: readonly ComparedScore[]): void {
    this.#since = stem;
    const left = new Map<bigint, ComparedScore[]>();
    for (const score of second) {
      const others = left.get(score.diaSourceId);
      if (others) others.push(score);
      else left.set(score.diaSourceId, [score]);
    }
    const pairs = first.flatMap((score) => {
      const other = left.get(score.diaSourceId)?.shift();
      return other ? [[score, other.score] as const] : [];
    });
    // The last score of a source counts for its object, as it does at Lasair: what is added first stays.
    for (const [score, other] of pairs.reverse()) this.#addPair(score, other);
    this.#onlyFirst += first.length - pairs.length;
    this.#onlySecond += second.length - pairs.length;
  }

  #addPair({ diaObjectId, diaSourceId, midpointMjdTai, score: first }: ComparedScore, second: number): void {
    const [ofFirst, ofSecond] = this.#histograms;
    ofFirst[binOf(first, BINS)]!++;
    ofSecond[binOf(second, BINS)]!++;
    this.#field[binOf(first, FIELD_BINS)]![binOf(second, FIELD_BINS)]!++;
    this.#differences.push(second - first);
    const pair = { diaObjectId, diaSourceId, midpointMjdTai, first, second };
    const before = this.#newest.get(diaObjectId);
    if (!before || compareSources(pair, before) > 0) this.#newest.set(diaObjectId, pair);
  }

  /** @param isLimited whether there were more stems than were added */
  end(isLimited: boolean): Comparison {
    const differences = Float64Array.from(this.#differences).sort();
    const mean = (of: (difference: number) => number) =>
      differences.reduce((sum, difference) => sum + of(difference), 0) / differences.length;
    const isAbove = (score: number) => score >= this.#threshold;
    const newest = [...this.#newest.values()];
    const crossings = newest.filter(({ first, second }) => isAbove(first) !== isAbove(second)).sort(widestFirst);
    return {
      pairs: differences.length,
      objects: this.#newest.size,
      onlyFirst: this.#onlyFirst,
      onlySecond: this.#onlySecond,
      histograms: this.#histograms,
      differences,
      meanDifference: mean((difference) => difference),
      meanAbsoluteDifference: mean(Math.abs),
      field: this.#field,
      threshold: this.#threshold,
      crossings,
      widest: widestOf(newest),
      since: this.#since,
      isLimited,
    };
  }
}

function widestFirst(a: ScorePair, b: ScorePair): number {
  return Math.abs(b.second - b.first) - Math.abs(a.second - a.first);
}

/** Those of a million objects without sorting all. */
function widestOf(pairs: readonly ScorePair[]): ScorePair[] {
  const widest: ScorePair[] = [];
  for (const pair of pairs) {
    if (widest.length === WIDEST && widestFirst(pair, widest.at(-1)!) >= 0) continue;
    widest.push(pair);
    widest.sort(widestFirst);
    widest.length = Math.min(widest.length, WIDEST);
  }
  return widest;
}

export interface CompareQuestion {
  readonly from: string;
  readonly to: string;
  readonly threshold: number;
  readonly most?: { readonly pairs: number; readonly stems: number };
}

/**
 * How two versions score the sources of some nights, YYYYMMDD, both included.
 *
 * @param threshold as for `Comparing`
 * @param most ends with the stem that brings as many pairs, or whose reading makes as many stems: the newest stems are read first
 * @throws UsageError if there is nothing to compare
 */
export async function comparisonOf(
  scores: ComparedScores,
  first: ScoredBy,
  second: ScoredBy,
  { from, to, threshold, most }: CompareQuestion,
): Promise<Comparison> {
  const comparing = new Comparing(threshold);
  const stems = await scores.stems(from, to);
  let read = 0;
  for (const stem of stems) {
    if (most && (comparing.pairs >= most.pairs || read >= most.stems)) break;
    comparing.add(stem, await scores.ofStem(stem, first), await scores.ofStem(stem, second));
    read++;
  }
  const comparison = comparing.end(read < stems.length);
  if (comparison.pairs > 0 || comparison.isLimited) return comparison;
  const there = await Promise.all(
    [...new Set([first.vra, second.vra])].map(
      async (vra) =>
        `of ${vra} there are scores of ${(await scores.versions(vra, from, to)).join(', ') || 'no version'}`,
    ),
  );
  throw new UsageError(
    `no source from ${from} to ${to} has scores of both: ${there.join('; ')}. ` +
      `A VRA with ANNOTATE: no and such a model makes them: lvra backfill --vra <name> --from ${from} --to ${to}`,
  );
}

/** The bin of a value from 0 to 1; 1 is in the last one. */
export function binOf(value: number, bins: number): number {
  return Math.min(Math.max(Math.floor(value * bins), 0), bins - 1);
}
