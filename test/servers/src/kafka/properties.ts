import type { SecureListeners } from './security.js';

/** The settings of a single-node Kafka in KRaft mode, as the text of its properties file. */
export function kafkaProperties(
  port: number,
  controllerPort: number,
  logDir: string,
  security?: SecureListeners,
): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(security ? security.listeners : [])];
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL,TLS:SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    // Rubin's limit for one alert.
    'message.max.bytes': 10_485_760,
    // Simulated alerts may carry timestamps of years ago.
    'log.retention.ms': -1,
    // One broker and few groups: less to create before the first commit.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // After a SIGKILL the controller accepts the broker again only after its last session has expired.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 250,
    // Tests of compacted topics wait for the cleaner, which by default checks every 15 s.
    'log.cleaner.backoff.ms': 200,
    ...security?.settings,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
