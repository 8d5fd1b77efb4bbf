import type { ExplainedFeature, ExplainedScore } from './explained-score.js';

/** With what a score was compared, as it goes on after "compared with". */
export function comparedInWords({ explanation, stem }: ExplainedScore): string {
  const { rows, of } = explanation?.comparedWith ?? { rows: 0, of: 'stem' };
  if (of === 'import') return `${rows} rows of feature files that the model’s manifest has of its import`;
  return `${rows} other rows of the feature file of ${stem}, as the model’s manifest has none of its import`;
}

/** How usual a value is: `12 %`, `0 to 95 %`, `above all`, or how often it was missing, too; empty if that is not known. */
export function quantileInWords({ value, quantile, missingAtImport }: ExplainedFeature): string {
  if (value === null) return missingAtImport === null ? '' : `${percent(missingAtImport)} % missing`;
  if (quantile === null) return '';
  const { from, to, isBeyond } = quantile;
  if (isBeyond) return from === 0 ? 'below all' : 'above all';
  const [low, high] = [percent(from), percent(to)];
  return low === high ? `${low} %` : `${low} to ${high} %`;
}

/** Of a hundred, to a tenth near the ends. */
function percent(share: number): string {
  return String(share < 0.05 || share > 0.95 ? Math.round(share * 1_000) / 10 : Math.round(share * 100));
}
