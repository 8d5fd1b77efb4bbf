import { Counter, Gauge, type Registry } from 'prom-client';

/** Of a process that consumes. Others must not have them: they would show them at 0 for ever. */
export class ConsumerMetrics {
  readonly alertsConsumed;
  readonly alertBytesConsumed;
  readonly leftOut;
  readonly solarSystem;
  readonly waitingPartitions;
  readonly kafkaStray;
  readonly kafkaGone;
  readonly consumerPaused;

  constructor(registry: Registry) {
    const registers = [registry];
    this.alertsConsumed = new Counter({
      name: 'lvra_alerts_consumed_total',
      help: 'Alerts written to batch files and registered. Flat at night means that nothing arrives.',
      labelNames: ['source'],
      registers,
    });
    this.alertBytesConsumed = new Counter({
      name: 'lvra_alert_bytes_total',
      help: 'Bytes of the alerts written to batch files.',
      labelNames: ['source'],
      registers,
    });
    this.leftOut = new Counter({
      name: 'lvra_left_out_alerts_total',
      help: 'Alerts that this pipeline ignores because they have no diaObject: those of the solar system, and others.',
      labelNames: ['reason'],
      registers,
    });
    this.solarSystem = new Counter({
      name: 'lvra_solar_system_alerts_total',
      help: 'Alerts of a diaObject that are also of a known object of the solar system; they are processed, as at Lasair.',
      registers,
    });
    this.waitingPartitions = new Gauge({
      name: 'lvra_schema_waiting_partitions',
      help: 'Partitions that are paused because the Avro schema of their next message is not known. Alert if it is above 0 for 5 minutes: the registry is down, or does not have the schema yet.',
      registers,
    });
    this.kafkaStray = new Gauge({
      name: 'lvra_kafka_stray_partitions',
      help: 'Partitions of the configured topics that no consumer of this data folder reads, because another program is in its group.',
      registers,
    });
    this.kafkaGone = new Counter({
      name: 'lvra_kafka_gone_messages_total',
      help: 'Messages that Kafka’s retention removed before they were read. They are lost: the consumer was down for days.',
      registers,
    });
    this.consumerPaused = new Gauge({
      name: 'lvra_consumer_paused',
      help: '1 while the consumer reads nothing because the volume is nearly full. Kafka keeps alerts for seven days.',
      registers,
    });
  }
}
