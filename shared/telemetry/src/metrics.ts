import { QUARANTINE_REASONS, type Stage } from '@lvra/core';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { ConsoleMetrics } from './console-metrics.js';
import { ConsumerMetrics } from './consumer-metrics.js';
import { MetricGroup } from './metric-group.js';
import { ModelMetrics } from './model-metrics.js';
import { addProcessLimits } from './process-limits.js';
import { ServiceMetrics } from './service-metrics.js';
import { TraceMetrics } from './trace-metrics.js';

/** How often the event loop is woken to measure its lag: each 10 ms, as prom-client has it, costs 5 ms of CPU a second. */
const LAG_SAMPLED_EVERY_MS = 100;

/** Every metric of the pipeline. Never labelled by stem or object: their number has no bound. */
export class Metrics extends MetricGroup {
  /** Of the models and their scores. */
  readonly model = new ModelMetrics(this.registry);
  readonly service = new ServiceMetrics(this.registry);
  #consumer: ConsumerMetrics | undefined;
  #console: ConsoleMetrics | undefined;
  #traces: TraceMetrics | undefined;

  readonly quarantined = this.counter(
    'lvra_quarantined_alerts_total',
    'Alerts put in quarantine. A rise means that the form of the alerts changed: see `lvra quarantine list`.',
    ['stage', 'reason'],
  );
  readonly stems = this.counter(
    'lvra_stems_total',
    'Stems that a stage finished with, by outcome, of the night or of a backfill; failed ones are tried again until they are dead.',
    ['stage', 'vra', 'outcome', 'of'],
  );
  readonly rows = this.counter(
    'lvra_stage_rows_total',
    'Feature rows, scores or annotations that a stage recorded, of the night or of a backfill.',
    ['stage', 'vra', 'of'],
  );
  readonly stageDuration = this.histogram(
    'lvra_stage_duration_seconds',
    'Time a stage needs for one stem. Near the time between two stems, the stage needs another replica.',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    ['stage', 'vra', 'outcome'],
  );
  readonly ready = this.gauge(
    'lvra_stage_ready',
    '1 while the stage can work, 0 while it waits for an operator or for Lasair.',
    ['stage', 'vra'],
  );
  readonly annotations = this.counter('lvra_annotations_total', 'Scores by their outcome at Lasair.', [
    'vra',
    'outcome',
  ]);
  readonly lasairCalls = this.counter(
    'lvra_lasair_calls_total',
    'Calls made to Lasair by HTTP status, or error if there was no response.',
    ['status'],
  );
  readonly annotationLatency = this.histogram(
    'lvra_annotation_latency_seconds',
    'From the Kafka timestamp of an alert to its accepted annotation. The objective is 99 % within 60 s.',
    [0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3600, 14400],
    ['vra'],
  );
  readonly ledgerWrite = this.histogram(
    'lvra_ledger_write_seconds',
    'Time of a write transaction, the wait for its turn included. Growing means a slow disk or too many writers.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );

  /** Registered when first used, so that only a consumer shows them. */
  get consumer(): ConsumerMetrics {
    this.#consumer ??= new ConsumerMetrics(this.registry);
    return this.#consumer;
  }

  /** The same for the console. */
  get console(): ConsoleMetrics {
    this.#console ??= new ConsoleMetrics(this.registry);
    return this.#console;
  }

  /** The same for a console that sends traces. */
  get traces(): TraceMetrics {
    this.#traces ??= new TraceMetrics(this.registry).begin();
    return this.#traces;
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
    super(new Registry());
    if (process === undefined) return;
    this.registry.setDefaultLabels({ process });
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LAG_SAMPLED_EVERY_MS });
    addProcessLimits(this.registry);
    // Gauges with the names of counters: promtool objects, and no dashboard asks for them.
    for (const kind of ['handles', 'requests', 'resources']) {
      this.registry.removeSingleMetric(`nodejs_active_${kind}_total`);
    }
  }
}
