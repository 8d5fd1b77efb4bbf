import type { Explanation, Quantile } from '@lvra/model';
import type { ScoreRecord } from '../object.js';

/** A score, and what pushed the model to it. Ids are decimal strings. */
export interface ExplainedScore
  extends Pick<
    ScoreRecord,
    'provenanceId' | 'diaSourceId' | 'observedUtc' | 'stem' | 'score' | 'vra' | 'modelVersion'
  > {
  /** Why there is no explanation, in a sentence or two; null if there is one. */
  readonly missing: string | null;
  readonly explanation: ScoreExplanation | null;
  /** Those of the model, the strongest first; without an explanation in its order. Empty where its values cannot be told. */
  readonly features: readonly ExplainedFeature[];
}

/** Exact Shapley values: `base` and the contributions of all features make `value`. */
export interface ScoreExplanation extends Pick<Explanation, 'unit' | 'base' | 'value'> {
  /** With what the score is compared; `base` is their average. */
  readonly comparedWith: ComparedWith;
}

export interface ComparedWith {
  readonly rows: number;
  /** Rows of the model's import, or others of the stem's feature file where its manifest has none. */
  readonly of: 'import' | 'stem';
}

export interface ExplainedFeature {
  readonly feature: string;
  /** As the model was given it; null if it is missing. A text, because it may be infinite. */
  readonly value: string | null;
  /** What it added to the score, in the unit of the explanation; null without one. */
  readonly contribution: number | null;
  /** Where the value lies among those of the import; null if it is missing, or the manifest does not tell. */
  readonly quantile: Quantile | null;
  /** The share of values that were missing at the import; null if the manifest does not tell. */
  readonly missingAtImport: number | null;
}
