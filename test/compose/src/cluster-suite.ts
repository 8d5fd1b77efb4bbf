import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stack } from './stack.js';

const SERVICES = ['consumer', 'feature', 'predict', 'annotate'];

interface Verified {
  readonly counts: {
    readonly alerts: number;
    readonly held: number;
    readonly unread: number;
    readonly pending: Record<string, number>;
    readonly dead: Record<string, number>;
  };
  readonly findings: readonly unknown[];
}

/** Losses as docs/several-servers.md describes them, one after another, while simulated alerts come through Kafka. */
describe('docker compose with deploy/compose.cluster.yml', () => {
  let stack: Stack;
  before(async () => {
    // Alerts without end, so that each loss comes while they do.
    stack = await Stack.make(`lvra-cluster-${process.pid}`, { SIMULATE_RATE: 40 }, ['deploy/compose.cluster.yml']);
    await stack.compose('build');
    // Without what watches: this is about what works.
    await stack.compose('up', '-d', 'simulator', 'sandbox', 'console', ...SERVICES);
  });
  after(() => stack.remove());

  const accepted = async () => (await stack.sandbox<{ accepted: number }>('/counts.json')).accepted;
  /** More than can have been on their way. */
  const moreAreAccepted = async (what: string) => {
    const before = await accepted();
    await until(`more annotations after ${what}`, 90_000, async () => (await accepted()) > before + 200);
  };
  const sql = (host: string, statement: string) =>
    stack.compose(
      'exec',
      '-T',
      host,
      'sh',
      '-c',
      `PGPASSWORD=$(cat /run/lvra/nats/password) psql -h 127.0.0.1 -U postgres -Atc "${statement}"`,
    );

  test('two replicas of each service work, on a database whose standby has each commit', async () => {
    await until('annotations', 120_000, async () => (await accepted()) > 0);
    for (const service of SERVICES) assert.equal((await stack.containers(service)).length, 2, service);
    assert.equal((await sql('postgres-1', 'SELECT sync_state FROM pg_stat_replication')).trim(), 'quorum');
  });

  test('the console shows what is in the database', async () => {
    const answer = await stack.console('/api/v1/tonight');
    const { alerts } = (await answer.json()) as { alerts: number };
    assert.ok(answer.status === 200 && alerts > 0, `${answer.status}, ${alerts} alerts`);
  });

  test('a replica of each service is killed, and the others go on', async () => {
    for (const service of SERVICES) await stack.docker('kill', (await stack.containers(service))[0] ?? '');
    await moreAreAccepted('a replica of each was killed');
  });

  test('a NATS server is killed, and the two others go on', async () => {
    await stack.compose('kill', 'nats');
    await moreAreAccepted('a NATS server was killed');
    await stack.compose('start', 'nats');
  });

  test('the primary is killed and its standby promoted: all goes on once the old one follows it', async () => {
    await stack.compose('kill', 'postgres-1');
    await sql('postgres-2', 'SELECT pg_promote()');
    await stack.compose('start', 'postgres-1');
    await moreAreAccepted('the standby was promoted');
    assert.equal((await sql('postgres-1', 'SELECT pg_is_in_recovery()')).trim(), 't');
  });

  test('at the end nothing is lost, doubled or stale', async (context) => {
    await stack.compose('stop', 'simulator');
    await stack.compose('start', ...SERVICES);
    const verify = async (...args: string[]) =>
      JSON.parse(await stack.lvra('verify', '--kafka', '--json', ...args).catch(outputOf)) as Verified;
    await until('everything is annotated', 150_000, async () => {
      const { counts } = await verify();
      return counts.unread === 0 && Object.values(counts.pending).every((stems) => stems === 0);
    });
    const { counts, findings } = await verify('--sandbox', 'http://sandbox:8080');
    assert.deepEqual(findings, []);
    assert.deepEqual(counts.dead, {});
    assert.ok(counts.alerts > 0 && counts.held > 0);
    context.diagnostic(`${counts.alerts} alerts, ${counts.held} objects annotated`);
  });
});

/** Asks until it is true. @throws if it is not true in time */
async function until(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in ${withinMs / 1_000} s: ${what}`);
    await sleep(1_000);
  }
}

/** A program that ends with a code other than 0 still says something. */
function outputOf(error: { stdout?: string }): string {
  if (error.stdout) return error.stdout;
  throw error;
}
