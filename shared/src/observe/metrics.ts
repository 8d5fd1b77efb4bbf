import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { QUARANTINE_REASONS } from '../errors.js';
import type { Stage } from '../stages.js';
import { ModelMetrics } from './model-metrics.js';

/**
 * Every metric of the pipeline. Never labelled by stem or object: their number has no bound.
 * The help of each says what to conclude from it.
 */
export class Metrics {
  readonly registry = new Registry();
  /** Of the models and their scores. */
  readonly model = new ModelMetrics(this.registry);

  readonly alertsConsumed = new Counter({
    name: 'lvra_alerts_consumed_total',
    help: 'Alerts written to batch files and registered. Flat at night means that nothing arrives.',
    labelNames: ['source'],
    registers: [this.registry],
  });
  readonly alertBytesConsumed = new Counter({
    name: 'lvra_alert_bytes_total',
    help: 'Bytes of the alerts written to batch files.',
    labelNames: ['source'],
    registers: [this.registry],
  });
  readonly quarantined = new Counter({
    name: 'lvra_quarantined_alerts_total',
    help: 'Alerts put in quarantine. A rise means that the form of the alerts changed: see `lvra quarantine list`.',
    labelNames: ['stage', 'reason'],
    registers: [this.registry],
  });
  readonly leftOut = new Counter({
    name: 'lvra_left_out_alerts_total',
    help: 'Alerts that are none for this pipeline, because they have no diaObject: those of the solar system, and others.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly solarSystem = new Counter({
    name: 'lvra_solar_system_alerts_total',
    help: 'Alerts of a diaObject that are also of a known object of the solar system; they are taken, as at Lasair.',
    registers: [this.registry],
  });
  readonly waitingPartitions = new Gauge({
    name: 'lvra_schema_waiting_partitions',
    help: 'Partitions that stand still because the Avro schema of their next message is not known. Alert where it is above 0 for 5 minutes: the registry is down, or does not have the schema yet.',
    registers: [this.registry],
  });
  readonly stems = new Counter({
    name: 'lvra_stems_total',
    help: 'Stems that a stage finished with, by outcome; failed ones are tried again until they are dead.',
    labelNames: ['stage', 'vra', 'outcome'],
    registers: [this.registry],
  });
  readonly rows = new Counter({
    name: 'lvra_stage_rows_total',
    help: 'Feature rows, scores or annotations that a stage recorded.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });
  readonly stageDuration = new Histogram({
    name: 'lvra_stage_duration_seconds',
    help: 'Time a stage needs for one stem. Near the time between two stems, the stage needs another replica.',
    labelNames: ['stage', 'vra', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly pending = new Gauge({
    name: 'lvra_pending_stems',
    help: 'Stems that wait for a stage, by the ledger. Growing means that the stage does not keep up.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });
  readonly dead = new Gauge({
    name: 'lvra_dead_stems',
    help: 'Stems that a stage gave up on until a person acts: see `lvra status`, then `lvra retry`.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });
  readonly ready = new Gauge({
    name: 'lvra_stage_ready',
    help: '1 while the stage can work, 0 while it waits for a person or for the far side.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });
  readonly annotations = new Counter({
    name: 'lvra_annotations_total',
    help: 'Scores by what became of them at Lasair.',
    labelNames: ['vra', 'outcome'],
    registers: [this.registry],
  });
  readonly lasairCalls = new Counter({
    name: 'lvra_lasair_calls_total',
    help: 'Calls made to Lasair by HTTP status, or error where no answer came.',
    labelNames: ['status'],
    registers: [this.registry],
  });
  readonly lasairCallsLeft = new Gauge({
    name: 'lvra_lasair_calls_left',
    help: 'Calls left of this hour’s budget, which all replicas and VRAs share. At 0 annotating waits.',
    labelNames: ['vra'],
    registers: [this.registry],
  });
  readonly annotationLatency = new Histogram({
    name: 'lvra_annotation_latency_seconds',
    help: 'From the Kafka timestamp of an alert to its accepted annotation. The objective is 99 % within 60 s.',
    labelNames: ['vra'],
    buckets: [0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3600, 14400],
    registers: [this.registry],
  });
  readonly kafkaLag = new Gauge({
    name: 'lvra_kafka_lag_messages',
    help: 'Messages in Kafka that are not registered yet. Growing means that the consumer does not keep up.',
    labelNames: ['topic', 'partition'],
    registers: [this.registry],
  });
  readonly kafkaStray = new Gauge({
    name: 'lvra_kafka_stray_partitions',
    help: 'Partitions of our topics that no consumer of this data folder reads, because another program is in its group.',
    registers: [this.registry],
  });
  readonly kafkaGone = new Counter({
    name: 'lvra_kafka_gone_messages_total',
    help: 'Messages that Kafka’s retention removed before they were read. They are lost: the consumer was down for days.',
    registers: [this.registry],
  });
  readonly diskFree = new Gauge({
    name: 'lvra_disk_free_bytes',
    help: 'Bytes that can still be written on the volume of the data, as the consumer sees it.',
    registers: [this.registry],
  });
  readonly consumerPaused = new Gauge({
    name: 'lvra_consumer_paused',
    help: '1 while the consumer reads nothing because the volume is nearly full. Kafka keeps alerts for seven days.',
    registers: [this.registry],
  });
  readonly busConnected = new Gauge({
    name: 'lvra_bus_connected',
    help: '1 while the bus works; at 0 the stages find their work by the sweep alone, up to a minute late.',
    registers: [this.registry],
  });
  readonly ledgerUp = new Gauge({
    name: 'lvra_ledger_readable',
    help: '1 while the ledger answers. At 0 the gauges of stems are old: is the volume there, full, or locked by somebody?',
    registers: [this.registry],
  });
  readonly ledgerWrite = new Histogram({
    name: 'lvra_ledger_write_seconds',
    help: 'Time of a write transaction, the wait for its turn included. Growing means a slow disk or too many writers.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly ledgerWalBytes = new Gauge({
    name: 'lvra_ledger_wal_bytes',
    help: 'Size of the write-ahead log. Tens of MB are usual; one that only grows has a reader that never ends.',
    registers: [this.registry],
  });
  readonly busSilent = new Counter({
    name: 'lvra_bus_silent_total',
    help: 'Sweeps that found new stems while NATS was connected and silent for ten seconds. Rising means that the consumer of NATS has gone silent: work is a minute late.',
    labelNames: ['stage', 'vra'],
    registers: [this.registry],
  });

  /**
   * A process begins to consume. As for stages below, what the alerts of Prometheus count is at 0 from here on: it cannot
   * see the rise of a series that was not there.
   */
  beginConsumer(source: string): void {
    this.alertsConsumed.inc({ source }, 0);
    for (const reason of QUARANTINE_REASONS) this.quarantined.inc({ stage: 'consumer', reason }, 0);
  }

  /** A process begins to do a stage's work for a VRA. */
  beginStage(stage: Stage, vra: string): void {
    for (const outcome of ['done', 'partial', 'failed']) this.stems.inc({ stage, vra, outcome }, 0);
    this.rows.inc({ stage, vra }, 0);
    if (stage !== 'annotate') {
      for (const reason of QUARANTINE_REASONS) this.quarantined.inc({ stage, reason }, 0);
      return;
    }
    this.annotationLatency.zero({ vra });
    for (const status of ['200', '401', '403', 'error']) this.lasairCalls.inc({ status }, 0);
  }

  /** Adds `lvra_consumer_ready`, which asks whenever the page is read. Only a process that consumes has it. */
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

  /** @param options.process also measure this process: memory, CPU, event loop */
  constructor(options: { process: boolean } = { process: false }) {
    if (!options.process) return;
    collectDefaultMetrics({ register: this.registry });
    // Gauges with the names of counters: promtool objects, and no dashboard asks for them.
    for (const kind of ['handles', 'requests', 'resources']) {
      this.registry.removeSingleMetric(`nodejs_active_${kind}_total`);
    }
  }
}
