import { after, before, describe, test } from 'node:test';
import { startKafka } from '@lvra/test-servers/kafka/brokers';
import { Broker, consumeEveryCodec, consumeReplacedTopics } from '../testing/kafka.js';

describe('Kafka 4', () => {
  let broker: Broker;
  before(async () => {
    broker = await Broker.of(await startKafka({ version: '4' }));
  });
  after(() => broker.stop());

  test('every codec is read', (context) => consumeEveryCodec(context, broker.server));

  test('a topic that was created again is read from its beginning', (context) =>
    consumeReplacedTopics(context, broker));
});
