import assert from 'node:assert/strict';
import { Random } from '@lvra/core';
import { type KafkaServer, startKafka } from '@lvra/test-servers/kafka/brokers';
import { type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import type { FaultCase } from './fault-case.js';
import { FaultWorld } from './fault-world.js';
import { isSettled, type Judgement, judge } from './judges/judge.js';
import type { Row } from './judges/table.js';

const RECOVERS_WITHIN_MS = 120_000;

/**
 * Runs one case from its servers to its judgement.
 *
 * @param seed of the whole suite; each case makes its own of it, so that it does not matter which others run
 * @param postgres has the ledger; without it that is a file
 * @param report gets the line of the table, passed or failed
 */
export async function runCase(
  fault: FaultCase,
  seed: number,
  shared: { readonly kafka: KafkaServer; readonly postgres: Postgres | undefined },
  report: (row: Row) => void,
): Promise<void> {
  const own = seedOf(fault.name, seed);
  const kafka = fault.kafka === 'own' ? await startKafka({ version: '3.9', heap: 1_024 }) : shared.kafka;
  const postgres = fault.postgres === 'own' ? await startCluster() : shared.postgres;
  const { settings = {}, partitions = 1 } = fault;
  const topic = `lasair_18-${fault.name.replace(/[^a-z0-9-]+/gi, '-')}`;
  const world = await FaultWorld.make({ seed: own, topic, partitions, kafka, settings, postgres });
  let judgement: Judgement | undefined;
  let recoverSeconds: number | undefined;
  let passed = false;
  try {
    await fault.run(world, new Random(own));
    await world.startAll();
    const faultEndedAt = world.faultEndedAt ?? performance.now();
    await world.until('every alert is settled', () => isSettled(world), fault.recoversWithinMs ?? RECOVERS_WITHIN_MS);
    recoverSeconds = (performance.now() - faultEndedAt) / 1000;
    assert.ok(world.injections.times > 0, 'the case injected nothing');
    judgement = await assertUnharmed(world);
    passed = true;
  } catch (error) {
    judgement ??= await judgeAnyway(world);
    throw error;
  } finally {
    const { times: injected, inFlight } = world.injections;
    const sent = world.load.sent.length;
    report({
      ...{ name: fault.name, fault: fault.fault, injected, inFlight, sent, passed },
      ...judgement,
      ...(recoverSeconds !== undefined && { recoverSeconds }),
    });
    await world.end();
    if (fault.kafka === 'own') await kafka.stop('SIGKILL');
    if (fault.postgres === 'own') await postgres?.stop();
  }
}

/** A primary and two standbys, of which one must have a commit before it is answered. */
export function startCluster(): Promise<Postgres> {
  // Some cases have as many replicas of a stage as it has points.
  return startPostgres({ standbys: 2, settings: { max_connections: '500' } });
}

/** Both judges: what was sent with what came of it, and `lvra verify` over files, ledger, Kafka's offsets and annotations. */
export async function assertUnharmed(world: FaultWorld): Promise<Judgement> {
  const judgement = await judge(world);
  assert.deepEqual(judgement, { lost: 0, doubled: 0, stale: 0, overBudget: 0 }, world.lastOutput());
  const { code, stdout, stderr } = await world.lvra('verify', '--kafka', '--sandbox', world.sandbox.endpoint);
  assert.equal(code, 0, `lvra verify:\n${stdout}\n${stderr}`);
  return judgement;
}

/** The damage if a case failed before its end; unknown if the ledger cannot be read. */
async function judgeAnyway(world: FaultWorld): Promise<Judgement | undefined> {
  try {
    return await judge(world);
  } catch {
    // The error of the case itself says more.
    return undefined;
  }
}

/** FNV-1a of the name, mixed with the seed. */
function seedOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
