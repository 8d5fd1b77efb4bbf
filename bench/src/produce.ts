import kafkajs, { Kafka, logLevel } from 'kafkajs';

/** Some 4 MB a request, below the broker's limit of 10 MiB. */
const MESSAGES_A_REQUEST = 100;

/** Sends the alerts to a topic, spread over its partitions, with the time of sending as their timestamp. */
export async function produce(brokers: string[], topic: string, alerts: Iterable<Buffer>): Promise<void> {
  const producer = new Kafka({ clientId: 'bench', brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    maxInFlightRequests: 4,
  });
  await producer.connect();
  try {
    let messages: { value: Buffer }[] = [];
    const send = async () => {
      await producer.send({ topic, messages });
      messages = [];
    };
    for (const value of alerts) {
      if (messages.push({ value }) === MESSAGES_A_REQUEST) await send();
    }
    if (messages.length > 0) await send();
  } finally {
    await producer.disconnect();
  }
}
