import { open } from 'node:fs/promises';
import { messageOf, UsageError } from '@lvra/core';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';

/** Where simulated alerts go. */
export interface AlertTarget {
  /** To be shown. */
  readonly name: string;
  send(alerts: readonly { readonly message: string | Buffer }[]): Promise<void>;
  close(): Promise<void>;
}

/** A new file, one alert a line. */
export async function fileTarget(path: string): Promise<AlertTarget> {
  const file = await open(path, 'w').catch((error) => {
    throw new UsageError(`--file cannot be written: ${messageOf(error)}`);
  });
  return {
    name: path,
    send: async (alerts) => {
      await file.appendFile(alerts.map(({ message }) => `${message}\n`).join(''));
    },
    close: () => file.close(),
  };
}

/** A Kafka topic; without keys, as Lasair sends, so that the partitions take turns. */
export async function kafkaTarget(
  servers: readonly string[],
  topic: string,
  codec: 'none' | 'gzip',
): Promise<AlertTarget> {
  const kafka = new Kafka({
    clientId: 'lvra-simulate',
    brokers: [...servers],
    connectionTimeout: 5_000,
    retry: { retries: 2 },
    logLevel: logLevel.NOTHING,
  });
  // While a new topic's partitions find their leaders, another producer would send a request to some of them twice.
  const producer = kafka.producer({ idempotent: true });
  await producer.connect().catch((error) => {
    throw new UsageError(`--kafka cannot be reached: ${messageOf(error)}`);
  });
  const compression = codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  return {
    name: `${topic} at ${servers.join(',')}`,
    send: async (alerts) => {
      await producer.send({ topic, compression, messages: alerts.map(({ message }) => ({ value: message })) });
    },
    close: () => producer.disconnect(),
  };
}
