import { Gauge, type Registry } from 'prom-client';
import type { BusDepth } from './bus-depth.js';

/**
 * What every service shows alike, of all stages and VRAs, so that it is to be seen whichever of them is down. Each has no
 * value until it is set.
 */
export class ServiceMetrics {
  readonly pending;
  readonly oldestPending;
  readonly dead;
  readonly backfill;
  readonly oldestUnannotated;
  readonly lateAlerts;
  readonly dueAlerts;
  readonly annotatedTonight;
  readonly alertsTonight;
  readonly lastAlert;
  readonly callsLeft;
  readonly kafkaLag;
  readonly kafkaLagAge;
  readonly ledgerUp;
  readonly ledgerWalBytes;
  readonly busConnected;
  readonly bus;
  readonly diskFree;
  readonly replicasExpected;
  readonly info;
  readonly #ofLedger: Gauge<string>[] = [];

  constructor(registry: Registry) {
    const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => {
      const made = new Gauge({ name, help, labelNames, registers: [registry] });
      clear(made);
      return made;
    };
    const ofLedger = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => {
      const made = gauge(name, help, ...labelNames);
      this.#ofLedger.push(made);
      return made;
    };
    this.pending = ofLedger(
      'lvra_pending_stems',
      'Stems that wait for a stage, by the ledger. Growing means that the stage does not keep up.',
      ...(['stage', 'vra'] as const),
    );
    this.oldestPending = ofLedger(
      'lvra_oldest_pending_seconds',
      'Since when the alerts of the oldest stem that waits for a stage are registered; 0 if none waits. Minutes: the stage is down, stuck or far behind.',
      ...(['stage', 'vra'] as const),
    );
    this.dead = ofLedger(
      'lvra_dead_stems',
      'Stems that a stage gave up on until an operator acts: see `lvra status`, then `lvra retry`.',
      ...(['stage', 'vra'] as const),
    );
    this.backfill = ofLedger(
      'lvra_backfill_stems',
      'Stems of a backfill that wait for a stage, behind those of the night; they count in no other gauge. See `lvra backfill`.',
      ...(['stage', 'vra'] as const),
    );
    this.oldestUnannotated = ofLedger(
      'lvra_oldest_unannotated_seconds',
      'Since when Kafka has had the oldest alert that waits for its annotation, in any stage; 0 if none waits. Dead stems count in lvra_dead_stems.',
      'vra',
    );
    this.lateAlerts = ofLedger(
      'lvra_late_alerts',
      'Alerts that wait longer than 60 s for their annotation now, and those that got it so late within the last hour. An alert waits until its stem is done.',
      'vra',
    );
    this.dueAlerts = ofLedger(
      'lvra_due_alerts',
      'Alerts annotated within the last hour, and those that wait longer than 60 s now: lvra_late_alerts is a part of them.',
      'vra',
    );
    this.annotatedTonight = ofLedger(
      'lvra_annotated_tonight',
      'Alerts that Lasair took since the last noon (UTC). Below lvra_alerts_tonight by superseded ones and those without a score.',
      'vra',
    );
    this.alertsTonight = ofLedger(
      'lvra_alerts_tonight',
      'Alerts registered since the last noon (UTC). Far below other nights: clouds at Rubin, or Lasair’s filter changed.',
    );
    this.lastAlert = ofLedger(
      'lvra_last_alert_timestamp_seconds',
      'When the newest batch of alerts was registered, in seconds since 1970. Hours ago at night: nothing arrives.',
    );
    this.callsLeft = ofLedger(
      'lvra_lasair_calls_left',
      'Calls left of this hour’s budget, which all replicas and VRAs share. Below a fifth older alerts wait, at 0 all.',
      'vra',
    );
    this.kafkaLag = ofLedger(
      'lvra_kafka_lag_messages',
      'Messages in Kafka that are not registered yet, as a consumer last saw it. Growing means that the consumer does not keep up.',
      ...(['topic', 'partition'] as const),
    );
    this.kafkaLagAge = ofLedger(
      'lvra_kafka_lag_age_seconds',
      'Since when no consumer has seen the end of the partition: lvra_kafka_lag_messages is as old. Minutes: the consumer or Kafka is down.',
      ...(['topic', 'partition'] as const),
    );
    this.ledgerWalBytes = ofLedger(
      'lvra_ledger_wal_bytes',
      'Size of the write-ahead log. Tens of MB are usual; one that only grows has a reader that never ends.',
    );
    this.ledgerUp = gauge(
      'lvra_ledger_readable',
      '1 while the ledger answers. At 0 the metrics of the ledger have no value: is the volume mounted, full, or locked by a process?',
    );
    this.busConnected = gauge(
      'lvra_bus_connected',
      '1 while the bus works; at 0 the stages find their work by the sweep alone, each up to two seconds late.',
    );
    this.bus = {
      waiting: gauge(
        'lvra_bus_waiting_messages',
        'Messages at NATS that are not delivered to their stage yet. Growing while its stems wait: it no longer listens.',
        'queue',
      ),
      unacknowledged: gauge(
        'lvra_bus_unacknowledged_messages',
        'Messages that a stage is working on: about one per replica.',
        'queue',
      ),
      redelivered: gauge(
        'lvra_bus_redelivered_messages',
        'Messages in progress that were delivered before. Above 0 for long: a replica ended within a stem, or takes too long.',
        'queue',
      ),
      bytes: gauge('lvra_bus_stored_bytes', 'Size of the messages of NATS on its disk; at most 1 GB.'),
    };
    this.diskFree = gauge('lvra_disk_free_bytes', 'Bytes that can still be written on the volume of the data.');
    this.replicasExpected = gauge(
      'lvra_replicas_expected',
      'How many processes of this service there should be, by LVRA_REPLICAS_EXPECTED. Hold it against the sum of up.',
      'service',
    );
    this.info = gauge(
      'lvra_info',
      '1; profile is that of the settings, version that of the program.',
      ...(['service', 'profile', 'version'] as const),
    );
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
