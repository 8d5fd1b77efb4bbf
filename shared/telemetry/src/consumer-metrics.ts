import { MetricGroup } from './metric-group.js';

/** Of a process that consumes. Others must not have them: they would show them at 0 for ever. */
export class ConsumerMetrics extends MetricGroup {
  readonly alertsConsumed = this.counter(
    'lvra_alerts_consumed_total',
    'Alerts written to batch files and registered. Flat at night means that nothing arrives.',
    ['source'],
  );
  readonly alertBytesConsumed = this.counter('lvra_alert_bytes_total', 'Bytes of the alerts written to batch files.', [
    'source',
  ]);
  readonly leftOut = this.counter(
    'lvra_left_out_alerts_total',
    'Alerts that this pipeline ignores because they have no diaObject: those of the solar system, and others.',
    ['reason'],
  );
  readonly solarSystem = this.counter(
    'lvra_solar_system_alerts_total',
    'Alerts of a diaObject that are also of a known object of the solar system; they are processed, as at Lasair.',
  );
  readonly waitingPartitions = this.gauge(
    'lvra_schema_waiting_partitions',
    'Partitions that are paused because the Avro schema of their next message is not known. Alert if it is above 0 for 5 minutes: the registry is down, or does not have the schema yet.',
  );
  readonly kafkaStray = this.gauge(
    'lvra_kafka_stray_partitions',
    'Partitions of the configured topics that no consumer of this data folder reads, because another program is in its group.',
  );
  readonly kafkaGone = this.counter(
    'lvra_kafka_gone_messages_total',
    'Messages that Kafka’s retention removed before they were read. They are lost: the consumer was down for days.',
  );
  readonly consumerPaused = this.gauge(
    'lvra_consumer_paused',
    '1 while the consumer reads nothing because the volume is nearly full. Kafka keeps alerts for seven days.',
  );
}
