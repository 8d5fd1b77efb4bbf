import kafkajs, { Kafka, logLevel } from 'kafkajs';

/** Sends the alerts to a topic, spread over its partitions, with the time of sending as their timestamp. */
export async function produce(brokers: string[], topic: string, alerts: readonly Buffer[]): Promise<void> {
  const producer = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    maxInFlightRequests: 4,
  });
  await producer.connect();
  try {
    // Some 4 MB a request, below the broker's limit of 10 MiB.
    for (let begin = 0; begin < alerts.length; begin += 100) {
      await producer.send({ topic, messages: alerts.slice(begin, begin + 100).map((value) => ({ value })) });
    }
  } finally {
    await producer.disconnect();
  }
}
