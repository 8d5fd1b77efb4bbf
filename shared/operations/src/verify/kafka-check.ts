import { type KafkaSecurity, kafkajsSecurity } from '@lvra/config';
import { messageOf, UsageError } from '@lvra/core';
import type { OffsetVerification } from '@lvra/ledger';
import { Kafka, logLevel } from 'kafkajs';
import type { Findings } from './findings.js';

/** What the consumer reads, and as whom. */
interface KafkaRead {
  readonly servers: readonly string[];
  readonly topics: readonly string[];
  readonly groupId: string;
  readonly security: KafkaSecurity;
}

/** Compares the group's positions in the ledger with the offsets that Kafka has. */
export async function checkKafka(
  offsets: OffsetVerification,
  { servers, topics, groupId, security }: KafkaRead,
  findings: Findings,
): Promise<void> {
  const retry = { retries: 2, initialRetryTime: 200, maxRetryTime: 1_000 };
  const options = { clientId: 'lvra-verify', brokers: [...servers], logLevel: logLevel.NOTHING, retry };
  const admin = new Kafka({ ...options, ...kafkajsSecurity(security), connectionTimeout: 5_000 }).admin();
  const positions = new Map(
    (await offsets.partitions())
      .filter((read) => read.groupId === groupId)
      .map((read) => [`${read.topic}/${read.partition}`, read.readTo]),
  );
  findings.counts.unread = 0;
  try {
    await admin.connect();
    const existing = await admin.listTopics();
    for (const topic of topics.filter((name) => existing.includes(name))) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        const next = positions.get(`${topic}/${partition}`);
        checkPartition(`${topic}[${partition}]`, next, BigInt(low), BigInt(high), findings);
      }
    }
  } catch (error) {
    throw new UsageError(`Kafka at ${servers.join(', ')} does not answer (${messageOf(error)}): leave --kafka out`, {
      cause: error,
    });
  } finally {
    await admin.disconnect();
  }
}

function checkPartition(where: string, next: bigint | undefined, low: bigint, high: bigint, findings: Findings): void {
  const { counts } = findings;
  // A topic that is shorter than what was read of it was created again; the consumer reads it from its beginning.
  const from = next === undefined || next > high ? low : next;
  if (from < low) {
    findings.add({
      check: 'message',
      what: `${where}: messages ${from} to ${low - 1n} are gone from Kafka before they were read`,
      todo: 'start the consumer and keep it running; Kafka’s retention is shorter than it was down',
    });
  }
  counts.unread = (counts.unread ?? 0) + Number(high - (from < low ? low : from));
}
