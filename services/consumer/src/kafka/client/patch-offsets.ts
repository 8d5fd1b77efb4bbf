import { createRequire } from 'node:module';

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface OffsetManager {
  readonly cluster: {
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
    ): Promise<{ partitions: { offset: string }[] }[]>;
  };
  seek(to: TopicPartition & { offset: string }): Promise<void>;
  setDefaultOffset(of: TopicPartition): Promise<void>;
}

/*
 * If Kafka does not have the requested offset, kafkajs 2.2.4 commits "the earliest" to the group before it continues
 * there. Nothing was read up to there yet, and another consumer of the group would start at the beginning; so this one
 * continues without a commit.
 */
const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/offsetManager') as {
  prototype: OffsetManager;
};
if (typeof prototype.setDefaultOffset !== 'function') {
  throw new Error('kafkajs has no OffsetManager.setDefaultOffset: it is another version than 2.2.4');
}
prototype.setDefaultOffset = async function (this: OffsetManager, { topic, partition }: TopicPartition) {
  const [found] = await this.cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: true }]);
  const offset = found?.partitions[0]?.offset;
  if (offset === undefined) throw new Error(`Kafka does not say where ${topic}[${partition}] begins`);
  await this.seek({ topic, partition, offset });
};
