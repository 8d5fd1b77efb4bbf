import { QUARANTINE_REASONS, type Stage } from '@lvra/core';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ConsumerMetrics } from './consumer-metrics.js';
import { ModelMetrics } from './model-metrics.js';
import { addProcessLimits } from './process-limits.js';
import { ServiceMetrics } from './service-metrics.js';

/**
 * Every metric of the pipeline. Never labelled by stem or object: their number has no bound.
 * The help of each says what to conclude from it.
 */
export class Metrics {
  readonly registry = new Registry();
  /** Of the models and their scores. */
  readonly model = new ModelMetrics(this.registry);
  readonly service = new ServiceMetrics(this.registry);
  #consumer: ConsumerMetrics | undefined;

  readonly quarantined = new Counter({
    name: 'lvra_quarantined_alerts_total',
    help: 'Alerts put in quarantine. A rise means that the form of the alerts changed: see `lvra quarantine list`.',
    labelNames: ['stage', 'reason'],
    registers: [this.registry],
  });
  readonly stems = new Counter({
    name: 'lvra_stems_total',
    help: 'Stems that a stage finished with, by outcome, of the night or of a backfill; failed ones are tried again until they are dead.',
    labelNames: ['stage', 'vra', 'outcome', 'of'],
    registers: [this.registry],
  });
  readonly rows = new Counter({
    name: 'lvra_stage_rows_total',
    help: 'Feature rows, scores or annotations that a stage recorded, of the night or of a backfill.',
    labelNames: ['stage', 'vra', 'of'],
    registers: [this.registry],
  });
  readonly stageDuration = new Histogram({
    name: 'lvra_stage_duration_seconds',
    help: 'Time a stage needs for one stem. Near the time between two stems, the stage needs another replica.',
    labelNames: ['stage', 'vra', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly ready = new Gauge({
    name: 'lvra_stage_ready',
    help: '1 while the stage can work, 0 while it waits for an operator or for Lasair.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });
  readonly annotations = new Counter({
    name: 'lvra_annotations_total',
    help: 'Scores by their outcome at Lasair.',
    labelNames: ['vra', 'outcome'],
    registers: [this.registry],
  });
  readonly lasairCalls = new Counter({
    name: 'lvra_lasair_calls_total',
    help: 'Calls made to Lasair by HTTP status, or error if there was no response.',
    labelNames: ['status'],
    registers: [this.registry],
  });
  readonly annotationLatency = new Histogram({
    name: 'lvra_annotation_latency_seconds',
    help: 'From the Kafka timestamp of an alert to its accepted annotation. The objective is 99 % within 60 s.',
    labelNames: ['vra'],
    buckets: [0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3600, 14400],
    registers: [this.registry],
  });
  readonly ledgerWrite = new Histogram({
    name: 'lvra_ledger_write_seconds',
    help: 'Time of a write transaction, the wait for its turn included. Growing means a slow disk or too many writers.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  /** Registered when first used, so that only a consumer shows them. */
  get consumer(): ConsumerMetrics {
    this.#consumer ??= new ConsumerMetrics(this.registry);
    return this.#consumer;
  }

  /**
   * A process begins to consume. As for stages below, the counters of alerting rules start at 0: Prometheus does not see
   * the first increase of a series that did not exist.
   */
  beginConsumer(source: string): void {
    this.consumer.alertsConsumed.inc({ source }, 0);
    for (const reason of QUARANTINE_REASONS) this.quarantined.inc({ stage: 'consumer', reason }, 0);
  }

  /** A process begins to do a stage's work for a VRA. */
  beginStage(stage: Stage, vra: string): void {
    for (const of of ['night', 'backfill']) {
      for (const outcome of ['done', 'partial', 'failed']) this.stems.inc({ stage, vra, outcome, of }, 0);
      this.rows.inc({ stage, vra, of }, 0);
    }
    if (stage !== 'annotate') {
      for (const reason of QUARANTINE_REASONS) this.quarantined.inc({ stage, reason }, 0);
      return;
    }
    this.annotationLatency.zero({ vra });
    for (const status of ['200', '401', '403', 'error']) this.lasairCalls.inc({ status }, 0);
  }

  /** Adds `lvra_consumer_ready`, read with each scrape. Only a process that consumes has it. */
  watchConsumer(isReady: () => boolean): void {
    new Gauge({
      name: 'lvra_consumer_ready',
      help: '1 while the consumer can take alerts, 0 while Kafka, the disk or the settings keep it from it.',
      registers: [this.registry],
      collect() {
        this.set(isReady() ? 1 : 0);
      },
    });
  }

  /**
   * @param process labels everything, and is measured too: memory, CPU, event loop. Without the label, its counters would
   *   continue those of the previous process at the same address
   */
  constructor(process?: string) {
    if (process === undefined) return;
    this.registry.setDefaultLabels({ process });
    collectDefaultMetrics({ register: this.registry });
    addProcessLimits(this.registry);
    // Gauges with the names of counters: promtool objects, and no dashboard asks for them.
    for (const kind of ['handles', 'requests', 'resources']) {
      this.registry.removeSingleMetric(`nodejs_active_${kind}_total`);
    }
  }
}
