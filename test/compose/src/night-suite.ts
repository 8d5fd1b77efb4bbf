import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ROOT, Stack } from './stack.js';

const ALERTS = 20_000;
/** Slow enough that there is a night left for everything an operator does in it. */
const ALERTS_A_SECOND = 100;
const SERVICES = ['consumer', 'feature', 'predict', 'annotate'];

const QUIET = /ALERTS\{alertstate="firing"|outcome!~/;

/** The most that a process of the container has had in memory. */
const PEAK_BYTES = `cat /proc/[0-9]*/status | awk '/^VmHWM/ && $2 > most { most = $2 } END { print most * 1024 }'`;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

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

/** Asks until it is true. @throws if it is not true in time */
async function until(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in ${withinMs / 1_000} s: ${what}`);
    await sleep(1_000);
  }
}

/** The full set-up of a laptop: 20,000 alerts through Kafka to the sandbox, with everything that an operator may do. */
describe('docker compose', () => {
  let stack: Stack;
  before(async () => {
    stack = await Stack.make(`lvra-test-${process.pid}`, {
      SIMULATE_COUNT: ALERTS,
      SIMULATE_RATE: ALERTS_A_SECOND,
      LVRA_PREDICT_REPLICAS: 3,
    });
    await stack.compose('build');
  });
  after(() => stack.remove());

  const stored = async () => (await stack.sandbox<{ stored: number }>('/counts.json')).stored;

  test('the first annotation is there within 60 s', async (context) => {
    const begun = performance.now();
    await stack.compose('up', '-d');
    await until('an annotation', 60_000, async () => (await stored()) > 0);
    const seconds = (performance.now() - begun) / 1_000;
    context.diagnostic(`from up to the first annotation: ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 60, `it took ${seconds.toFixed(1)} s`);
  });

  test('the image has the command line as one bundle, and nothing else of the project', async () => {
    const look = `NODE_V8_COVERAGE=/tmp/read lvra status --help > /tmp/said && grep -oh 'file:///app/[^"]*' /tmp/read/*
      find /app -name dist -not -path '*/node_modules/*'`;
    const isolated = ['--rm', '--network', 'none', '--tmpfs', '/tmp', '--entrypoint', 'sh'];
    const read = (await stack.docker('run', ...isolated, 'lvra-stream/cli', '-c', look)).split('\n');
    assert.ok(read.includes('file:///app/services/cli/bundle/main.js'), read.join('\n'));
    assert.deepEqual(
      read.filter((path) => path.includes('/dist')),
      [],
    );
  });

  test('a stage has the replicas that .env says, and Prometheus finds them', async () => {
    assert.equal((await stack.containers('predict')).length, 3);
    await until('three replicas are scraped', 60_000, async () => {
      const up = await stack.replicas('predict');
      return up.length === 3 && up.every((health) => health === 'up');
    });
  });

  /** All that asks for nothing in particular, as the console itself lists it, and the page of the first of them. */
  const pages = async () => {
    const { paths } = (await (await stack.console('/api/v1/openapi.json')).json()) as {
      paths: Record<string, unknown>;
    };
    return ['/', ...Object.keys(paths).filter((path) => !path.includes('{'))];
  };

  test('the console shows the night to who knows its password, and can write nowhere', async () => {
    assert.equal((await stack.console('/', 'guess')).status, 401);
    for (const path of await pages()) assert.equal((await stack.console(path)).status, 200, path);
    const write = (path: string) => stack.compose('exec', '-T', 'console', 'sh', '-c', `echo x > ${path}`);
    for (const path of ['/data/db/log.db', '/data/x', '/app/x']) {
      await assert.rejects(write(path), /Read-only file system/, path);
    }
    await until('Prometheus scrapes it', 60_000, async () =>
      isDeepStrictEqual(await stack.replicas('console'), ['up']),
    );
  });

  test('a container is killed, each service is restarted, and the stack goes down and up again', async () => {
    const [victim = ''] = await stack.containers('feature');
    await stack.docker('kill', victim);
    await stack.compose('up', '-d', '--no-recreate');
    for (const service of SERVICES) await stack.compose('restart', service);
    // Not `down`: that would take what the sandbox holds in memory, which Lasair keeps.
    const production = [...SERVICES, 'nats', 'prometheus', 'alertmanager', 'prepare'];
    await stack.compose('rm', '--stop', '--force', ...production);
    await stack.compose('up', '-d', '--no-recreate');
    assert.equal((await stack.containers('predict')).length, 3);
  });

  test('a receiver that .env names later is sent to, and a test alert tells whether it accepts alerts', async () => {
    const deliveries = async () => (await stack.lvra('alert-test').catch(outputOf)).split('\n').slice(1).join('\n');
    assert.match(await deliveries(), /No receiver is set/);
    appendFileSync(stack.envFile, 'LVRA_ALERT_WEBHOOK=http://sandbox:8080/no-such-page\n');
    await stack.reload();
    assert.match(await deliveries(), /^webhook: refused;/);
  });

  test('amtool silences an alert as docs/operations.md says', async () => {
    const amtool = (...words: string[]) =>
      stack.compose(
        'exec',
        '-T',
        'alertmanager',
        'amtool',
        'silence',
        ...words,
        '--alertmanager.url=http://127.0.0.1:9093',
      );
    await amtool('add', 'alertname=LvraServiceDown', '--duration=2h', '--comment=new disk');
    assert.match(await amtool('query'), /LvraServiceDown.*new disk/);
  });

  test('at the end nothing is lost, doubled or stale', async (context) => {
    await until('everything is annotated', 400_000, async () => {
      const { counts } = JSON.parse(await stack.lvra('verify', '--kafka', '--json').catch(outputOf)) as Verified;
      const left = counts.unread + Object.values(counts.pending).reduce((sum, stems) => sum + stems, 0);
      return left === 0 && counts.alerts >= ALERTS;
    });
    const text = await stack.lvra('verify', '--kafka', '--sandbox', 'http://sandbox:8080', '--json').catch(outputOf);
    const verified = JSON.parse(text) as Verified;
    assert.deepEqual(verified.findings, []);
    assert.deepEqual(verified.counts.dead, {});
    assert.equal(verified.counts.alerts, ALERTS);
    const held = await stack.sandbox<{ objectId: string }[]>('/annotations.json');
    assert.equal(verified.counts.held, held.length);
    assert.equal(new Set(held.map(({ objectId }) => objectId)).size, held.length, 'an object has two annotations');
    context.diagnostic(`${verified.counts.alerts} alerts, ${verified.counts.held} objects annotated`);
  });

  test('every replica was scraped to the end', async () => {
    for (const service of SERVICES) {
      const wanted = (await stack.containers(service)).map(() => 'up');
      await until(`Prometheus scrapes every ${service}`, 60_000, async () =>
        isDeepStrictEqual(await stack.replicas(service), wanted),
      );
    }
  });

  test('the console has stayed well below its 384 MB, whatever was asked of it', async (context) => {
    const paths = await pages();
    for (let round = 0; round < 3; round++) await Promise.all(paths.map((path) => stack.console(path)));
    const [container = ''] = await stack.containers('console');
    const [{ HostConfig, RestartCount }] = JSON.parse(await stack.docker('inspect', container));
    assert.deepEqual([HostConfig.Memory, RestartCount], [384 * 1024 ** 2, 0]);
    const peak = Number(await stack.compose('exec', '-T', 'console', 'sh', '-c', PEAK_BYTES));
    context.diagnostic(`the console took ${(peak / 1e6).toFixed(0)} MB at most`);
    assert.ok(peak > 0 && peak < 200e6, `${peak}`);
  });

  test('every query of the dashboards finds data', async () => {
    const folder = join(ROOT, 'grafana/dashboards');
    for (const file of readdirSync(folder)) {
      const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { panels: Panel[] };
      for (const { title, targets } of panels) {
        for (const { expr } of targets ?? []) {
          // What is empty on a good night: nothing fires, nothing fails, nothing is quarantined.
          if (QUIET.test(expr)) continue;
          const found = await stack.query(expr.replaceAll('$__rate_interval', '5m').replaceAll('$vra', '.*'));
          assert.ok(found.length > 0, `${file}, ${title}: ${expr}`);
        }
      }
    }
  });

  test('a backup replaces the ledger once the services are stopped, and not before', async () => {
    const [, copy = ''] = /\/data\/(backups\/\S+)/.exec(await stack.lvra('backup')) ?? [];
    await assert.rejects(stack.lvra('restore', copy), ({ code, stderr }) => {
      assert.match(stderr, /consumer\.lock is held by .*lvra start consumer/);
      return code === 3;
    });
    await stack.compose('stop', ...SERVICES);
    assert.match(await stack.lvra('restore', copy), /log\.db is now the copy .*\n.*0 files of 0 stems/);
    const { counts, findings } = JSON.parse(await stack.lvra('verify', '--json').catch(outputOf)) as Verified;
    assert.deepEqual([counts.alerts, findings], [ALERTS, []]);
    for (const path of await pages())
      assert.equal((await stack.console(path)).status, 200, `${path}, with a ledger at rest`);
  });
});

/** A program that ends with a code other than 0 still says something. */
function outputOf(error: { stdout?: string }): string {
  if (error.stdout) return error.stdout;
  throw error;
}
