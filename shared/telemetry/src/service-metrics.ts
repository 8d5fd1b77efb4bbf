import type { Gauge } from 'prom-client';
import type { BusDepth } from './bus-depth.js';
import { MetricGroup } from './metric-group.js';

/**
 * What every service shows alike, of all stages and VRAs, so that it is to be seen whichever of them is down. Each has no
 * value until it is set.
 */
export class ServiceMetrics extends MetricGroup {
  readonly #ofLedger: Gauge<string>[] = [];
  readonly pending = this.#ofTheLedger(
    'lvra_pending_stems',
    'Stems that wait for a stage, by the ledger. Growing means that the stage does not keep up.',
    ['stage', 'vra'],
  );
  readonly oldestPending = this.#ofTheLedger(
    'lvra_oldest_pending_seconds',
    'Since when the alerts of the oldest stem that waits for a stage are registered; 0 if none waits. Minutes: the stage is down, stuck or far behind.',
    ['stage', 'vra'],
  );
  readonly dead = this.#ofTheLedger(
    'lvra_dead_stems',
    'Stems that a stage gave up on until an operator acts: see `lvra status`, then `lvra retry`.',
    ['stage', 'vra'],
  );
  readonly backfill = this.#ofTheLedger(
    'lvra_backfill_stems',
    'Stems of a backfill that wait for a stage, behind those of the night; they count in no other gauge. See `lvra backfill`.',
    ['stage', 'vra'],
  );
  readonly oldestUnannotated = this.#ofTheLedger(
    'lvra_oldest_unannotated_seconds',
    'Since when Kafka has had the oldest alert that waits for its annotation, in any stage; 0 if none waits. Dead stems count in lvra_dead_stems.',
    ['vra'],
  );
  readonly lateAlerts = this.#ofTheLedger(
    'lvra_late_alerts',
    'Alerts that wait longer than 60 s for their annotation now, and those that got it so late within the last hour. An alert waits until its stem is done.',
    ['vra'],
  );
  readonly dueAlerts = this.#ofTheLedger(
    'lvra_due_alerts',
    'Alerts annotated within the last hour, and those that wait longer than 60 s now: lvra_late_alerts is a part of them.',
    ['vra'],
  );
  readonly annotatedTonight = this.#ofTheLedger(
    'lvra_annotated_tonight',
    'Alerts that Lasair took since the last noon (UTC). Below lvra_alerts_tonight by superseded ones and those without a score.',
    ['vra'],
  );
  readonly alertsTonight = this.#ofTheLedger(
    'lvra_alerts_tonight',
    'Alerts registered since the last noon (UTC). Far below other nights: clouds at Rubin, or Lasair’s filter changed.',
  );
  readonly lastAlert = this.#ofTheLedger(
    'lvra_last_alert_timestamp_seconds',
    'When the newest batch of alerts was registered, in seconds since 1970. Hours ago at night: nothing arrives.',
  );
  readonly callsLeft = this.#ofTheLedger(
    'lvra_lasair_calls_left',
    'Calls left of this hour’s budget, which all replicas and VRAs share. Below a fifth older alerts wait, at 0 all.',
    ['vra'],
  );
  readonly kafkaLag = this.#ofTheLedger(
    'lvra_kafka_lag_messages',
    'Messages in Kafka that are not registered yet, as a consumer last saw it. Growing means that the consumer does not keep up.',
    ['topic', 'partition'],
  );
  readonly kafkaLagAge = this.#ofTheLedger(
    'lvra_kafka_lag_age_seconds',
    'Since when no consumer has seen the end of the partition: lvra_kafka_lag_messages is as old. Minutes: the consumer or Kafka is down.',
    ['topic', 'partition'],
  );
  readonly ledgerWalBytes = this.#ofTheLedger(
    'lvra_ledger_wal_bytes',
    'Size of the write-ahead log. Tens of MB are usual; one that only grows has a reader that never ends.',
  );
  readonly clockOffset = this.#ofTheLedger(
    'lvra_ledger_clock_offset_seconds',
    'How far the clock of this host is ahead of that of the ledger’s server; 0 for a ledger in a file. Leases rest on the clocks.',
  );
  readonly ledgerUp = this.gauge(
    'lvra_ledger_readable',
    '1 while the ledger answers. At 0 the metrics of the ledger have no value: is the volume mounted, full, or locked by a process?',
  );
  readonly busConnected = this.gauge(
    'lvra_bus_connected',
    '1 while the bus works; at 0 the stages find their work by the sweep alone, each up to two seconds late.',
  );
  readonly bus = {
    waiting: this.gauge(
      'lvra_bus_waiting_messages',
      'Messages at NATS that are not delivered to their stage yet. Growing while its stems wait: it no longer listens.',
      ['queue'],
    ),
    unacknowledged: this.gauge(
      'lvra_bus_unacknowledged_messages',
      'Messages that a stage is working on: about one per replica.',
      ['queue'],
    ),
    redelivered: this.gauge(
      'lvra_bus_redelivered_messages',
      'Messages in progress that were delivered before. Above 0 for long: a replica ended within a stem, or takes too long.',
      ['queue'],
    ),
    bytes: this.gauge('lvra_bus_stored_bytes', 'Size of the messages of NATS on its disk; at most 1 GB.'),
  };
  readonly diskFree = this.gauge('lvra_disk_free_bytes', 'Bytes that can still be written on the volume of the data.');
  readonly replicasExpected = this.gauge(
    'lvra_replicas_expected',
    'How many processes of this service there should be, by LVRA_REPLICAS_EXPECTED. Hold it against the sum of up.',
    ['service'],
  );
  readonly info = this.gauge('lvra_info', '1; profile is that of the settings, version that of the program.', [
    'service',
    'profile',
    'version',
  ]);

  protected override gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> {
    const made = super.gauge(name, help, labelNames);
    clear(made);
    return made;
  }

  #ofTheLedger<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    const made = this.gauge(name, help, labelNames);
    this.#ofLedger.push(made);
    return made;
  }

  /** @param depth what NATS says; undefined while it says nothing, so that old numbers are not shown as if they were so */
  setBus(depth: BusDepth | undefined): void {
    for (const gauge of Object.values(this.bus)) clear(gauge);
    for (const { queue, waiting, unacknowledged, redelivered } of depth?.queues ?? []) {
      this.bus.waiting.set({ queue }, waiting);
      this.bus.unacknowledged.set({ queue }, unacknowledged);
      this.bus.redelivered.set({ queue }, redelivered);
    }
    if (depth) this.bus.bytes.set(depth.bytes);
  }

  /** The ledger does not answer: what it said before is not shown as if it still were so. */
  forgetLedger(): void {
    for (const gauge of this.#ofLedger) clear(gauge);
  }
}

/** A gauge of prom-client without labels is at 0 from its birth. */
function clear(gauge: Gauge<string>): void {
  gauge.reset();
  gauge.remove({});
}
