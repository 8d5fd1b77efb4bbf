import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresHost } from '@lvra/test-servers/postgres';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { untilNotReady } from '../../readiness.js';

/** What a Patroni or an operator takes to see that the primary is gone. */
const PROMOTED_AFTER_MS = 3_000;
const GOES_ON_WITHIN_MS = 20_000;
const GOES_ON_AT_A_START_MS = 60_000;
/** From Kafka's time of an alert until its score has an outcome. */
const LATEST_MS = 60_000;
const PER_SECOND = 30;
/** Longer than an answer is waited for. */
const STANDBYS_AWAY_MS = 40_000;

/** Hosts of the ledger that are lost, or stand still. */
export const cases: FaultCase[] = [
  {
    name: 'postgres-primary-killed',
    fault: 'the primary of the ledger killed, and a standby promoted 3 s later',
    ledger: 'postgres',
    postgres: 'own',
    async run(world) {
      const [primary, standby] = hostsOf(world);
      await underLoad(world, async () => {
        await world.injected();
        await primary.kill();
        await sleep(PROMOTED_AFTER_MS);
        await standby.promote();
        await goesOn(world);
      });
      await assertNoneLate(world);
    },
  },
  {
    name: 'postgres-primary-woken',
    fault: 'the primary of the ledger stopped, a standby promoted, and the old primary woken beside it',
    ledger: 'postgres',
    postgres: 'own',
    async run(world) {
      const [primary, standby] = hostsOf(world);
      await underLoad(world, async () => {
        await world.injected();
        primary.freeze();
        await sleep(PROMOTED_AFTER_MS);
        await standby.promote();
        const scoresBefore = await untilWrittenTo(world, standby);
        primary.thaw();
        // What the case itself asks would be answered by the old primary.
        await world.forgetLedger();
        // What is started now must not take it for the primary.
        for (const name of ['annotate', 'consumer'] as const) {
          await world.service(name).end('SIGTERM');
          await world.start(name);
        }
        await goesOn(world, GOES_ON_AT_A_START_MS);
        assert.ok((await outcomesAt(standby, world)) > scoresBefore);
        assert.ok((await outcomesAt(primary, world)) <= scoresBefore, 'the old primary has taken writes');
        // As Patroni does when it sees that it is not the primary any more.
        await primary.kill();
        await primary.rejoin(standby);
      });
    },
  },
  {
    name: 'postgres-standbys-away',
    fault: `both standbys stopped for ${STANDBYS_AWAY_MS / 1_000} s: commits wait`,
    ledger: 'postgres',
    postgres: 'own',
    async run(world) {
      const [, ...standbys] = hostsOf(world);
      await underLoad(world, async () => {
        await world.injected();
        for (const standby of standbys) standby.freeze();
        const until = performance.now() + STANDBYS_AWAY_MS;
        await untilNotReady(world, 'consumer', /the ledger .* (cannot be used|does not take writes)/, STANDBYS_AWAY_MS);
        const before = await world.count('SELECT count(*) FROM annotation_outcome');
        await sleep(Math.max(0, until - performance.now()));
        assert.equal(await world.count('SELECT count(*) FROM annotation_outcome'), before, 'work went on alone');
        for (const standby of standbys) standby.thaw();
      });
    },
  },
];

function hostsOf(world: FaultWorld): [PostgresHost, PostgresHost, PostgresHost] {
  return world.postgres!.hosts as [PostgresHost, PostgresHost, PostgresHost];
}

async function underLoad(world: FaultWorld, fault: () => Promise<void>): Promise<void> {
  await world.startAll();
  const over = new AbortController();
  const load = world.load.stream(PER_SECOND, over.signal);
  await world.untilAnnotated(20);
  await fault();
  world.faultEnded();
  await world.load.send(PER_SECOND);
  over.abort();
  await load;
}

/** Scores are annotated again, soon after what was lost is there again. */
async function goesOn(world: FaultWorld, withinMs = GOES_ON_WITHIN_MS): Promise<void> {
  const at = performance.now();
  const before = await world.count('SELECT count(*) FROM annotation_outcome');
  const isMore = async () => (await world.count('SELECT count(*) FROM annotation_outcome')) > before;
  await world.until('work goes on', isMore, withinMs);
  report(world, `work went on ${((performance.now() - at) / 1_000).toFixed(1)} s later`);
}

async function assertNoneLate(world: FaultWorld): Promise<void> {
  const all = `SELECT count(*) FROM annotation_outcome`;
  await world.until('all are annotated', async () => (await world.count(all)) >= world.load.sent.length, LATEST_MS);
  const latest = await world.count(`SELECT max(o.at - b.oldest_ms) FROM annotation_outcome o
    JOIN provenance p ON p.ID = o.provenance_ID JOIN batch b ON b.stem = p.stem`);
  report(world, `the latest alert had its outcome ${(latest / 1_000).toFixed(1)} s after Kafka had it`);
  assert.ok(latest <= LATEST_MS, `an alert was annotated ${latest} ms after it came`);
}

function report(world: FaultWorld, line: string): void {
  process.stdout.write(`${world.topic}: ${line}\n`);
}

/** Waits until services write to a host. @returns how many outcomes it has */
async function untilWrittenTo(world: FaultWorld, host: PostgresHost): Promise<number> {
  const before = await outcomesAt(host, world);
  await world.until('the promoted host takes writes', async () => (await outcomesAt(host, world)) > before);
  return outcomesAt(host, world);
}

async function outcomesAt(host: PostgresHost, world: FaultWorld): Promise<number> {
  const database = world.environment.LVRA_LEDGER!.replace(/^.*\//, '');
  const [row] = await host.query('SELECT count(*) AS number FROM annotation_outcome', database);
  return Number(row!.number);
}
