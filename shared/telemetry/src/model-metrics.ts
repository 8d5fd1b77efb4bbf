import { MetricGroup } from './metric-group.js';

/** Score bins: twentieths, as fine as a histogram is read. */
const TWENTIETHS = Array.from({ length: 20 }, (_, at) => (at + 1) / 20);

const VERSION = ['vra', 'version'] as const;

/**
 * What the scores of a model and its input look like. Labelled by the version that is in use; the series of the
 * previous version are removed when another replaces it. A feature labels a series only if the model uses it.
 */
export class ModelMetrics extends MetricGroup {
  readonly info = this.gauge(
    'lvra_model_info',
    '1 for the model version that scores now. Several at once for one VRA: replicas have not all swapped yet.',
    VERSION,
  );
  readonly refused = this.gauge(
    'lvra_model_refused',
    '1 while the version that the settings want cannot be used; the previous one stays in use. See the log.',
    VERSION,
  );
  readonly scores = this.histogram(
    'lvra_score',
    'Scores given by a model version. Another shape than on other nights: see lvra_score_psi.',
    TWENTIETHS,
    VERSION,
  );
  readonly stability = this.gauge(
    'lvra_score_psi',
    'Population stability index of the running night’s scores. Below 0.1 stable, above 0.25 the sky, the alerts or the features changed.',
    VERSION,
  );
  readonly missingShare = this.gauge(
    'lvra_feature_missing_share',
    'Share of missing values of a feature in the last stem. 1 if it was less at import: the field is gone.',
    [...VERSION, 'feature'],
  );
  readonly missingShareAtImport = this.gauge(
    'lvra_feature_missing_share_at_import',
    'Share of missing values of a feature when the model was imported, to hold the last stem’s against.',
    [...VERSION, 'feature'],
  );

  readonly outOfRangeShare = this.gauge(
    'lvra_out_of_range_share',
    'Share of the feature values in the last stem that lie below the least or above the greatest of the import. Far above 0: the model is asked about what it has not seen.',
    VERSION,
  );
  readonly featureOutOfRangeShare = this.gauge(
    'lvra_feature_out_of_range_share',
    'Share of the last stem’s rows where a feature lies outside of its range at import. Near 1: its unit or its meaning changed.',
    [...VERSION, 'feature'],
  );

  /** A model version begins to score. @param missing the shares at import that are known, by feature */
  begin(vra: string, version: string, missing: Readonly<Record<string, number>>, features: readonly string[]): void {
    this.info.set({ vra, version }, 1);
    this.scores.zero({ vra, version });
    for (const feature of features) {
      const share = missing[feature];
      if (share !== undefined) this.missingShareAtImport.set({ vra, version, feature }, share);
    }
  }

  /** A model version has scored its last stem. */
  forget(vra: string, version: string, features: readonly string[]): void {
    this.info.remove({ vra, version });
    this.scores.remove({ vra, version });
    this.stability.remove({ vra, version });
    this.outOfRangeShare.remove({ vra, version });
    for (const feature of features) {
      this.missingShare.remove({ vra, version, feature });
      this.missingShareAtImport.remove({ vra, version, feature });
      this.featureOutOfRangeShare.remove({ vra, version, feature });
    }
  }
}
