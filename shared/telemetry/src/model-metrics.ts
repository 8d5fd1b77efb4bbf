import { Gauge, Histogram, type Registry } from 'prom-client';

/** Score bins: twentieths, as fine as a histogram is read. */
const TWENTIETHS = Array.from({ length: 20 }, (_, at) => (at + 1) / 20);

/**
 * What the scores of a model and its input look like. Labelled by the version that is in use; the series of the
 * previous version are removed when another replaces it. A feature labels a series only if the model uses it.
 */
export class ModelMetrics {
  readonly scores;
  readonly missingShare;
  readonly missingShareAtImport;
  readonly stability;
  readonly info;
  readonly refused;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['vra', 'version'] as const;
    this.info = new Gauge({
      name: 'lvra_model_info',
      help: '1 for the model version that scores now. Several at once for one VRA: replicas have not all swapped yet.',
      ...{ labelNames, registers },
    });
    this.refused = new Gauge({
      name: 'lvra_model_refused',
      help: '1 while the version that the settings want cannot be used; the previous one stays in use. See the log.',
      ...{ labelNames, registers },
    });
    this.scores = new Histogram({
      name: 'lvra_score',
      help: 'Scores given by a model version. Another shape than on other nights: see lvra_score_psi.',
      buckets: TWENTIETHS,
      ...{ labelNames, registers },
    });
    this.stability = new Gauge({
      name: 'lvra_score_psi',
      help: 'Population stability index of the running night’s scores. Below 0.1 stable, above 0.25 the sky, the alerts or the features changed.',
      ...{ labelNames, registers },
    });
    this.missingShare = new Gauge({
      name: 'lvra_feature_missing_share',
      help: 'Share of missing values of a feature in the last stem. 1 if it was less at import: the field is gone.',
      labelNames: [...labelNames, 'feature'],
      registers,
    });
    this.missingShareAtImport = new Gauge({
      name: 'lvra_feature_missing_share_at_import',
      help: 'Share of missing values of a feature when the model was imported, to hold the last stem’s against.',
      labelNames: [...labelNames, 'feature'],
      registers,
    });
  }

  /** A model version begins to score. @param missing the shares at import that are known, by feature */
  begin(vra: string, version: string, missing: Readonly<Record<string, number>>, features: readonly string[]): void {
    this.info.set({ vra, version }, 1);
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
    for (const feature of features) {
      this.missingShare.remove({ vra, version, feature });
      this.missingShareAtImport.remove({ vra, version, feature });
    }
  }
}
