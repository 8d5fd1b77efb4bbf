import kafkajs, { Kafka, logLevel } from 'kafkajs';

const IN_FLIGHT = 4;

/** Alerts, a request at a time. */
export type Requests = Iterable<readonly Buffer[]> | AsyncIterable<readonly Buffer[]>;

/** Sends alerts to a topic, spread over its partitions, with the time of sending as their timestamp. @returns how many */
export async function produce(brokers: string[], topic: string, requests: Requests): Promise<number> {
  const producer = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    let sent = 0;
    const flying = new Set<Promise<unknown>>();
    for await (const alerts of requests) {
      const messages = alerts.map((value) => ({ value }));
      const sending: Promise<unknown> = producer.send({ topic, messages }).finally(() => flying.delete(sending));
      flying.add(sending);
      sent += alerts.length;
      if (flying.size >= IN_FLIGHT) await Promise.race(flying);
    }
    await Promise.all(flying);
    return sent;
  } finally {
    await producer.disconnect();
  }
}
