import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LVRA, runLvra } from '@lvra/cli/testing/run-lvra';
import { startSandbox } from '@lvra/simulator';
import { type CollectedSpan, type Collector, startCollector } from '@lvra/test-servers/collector';
import { removeFolder, temporaryFolder } from '@lvra/test-servers/folders';
import { startProcess } from '@lvra/test-servers/process';

interface Event {
  readonly stage: string;
  readonly vra: string;
  readonly at: string;
  readonly status: number;
  readonly rows: number;
  readonly durationMs?: number;
}

const sha256 = (name: string) => createHash('sha256').update(name).digest('hex');

/** Within what the clock of the ledger tells: it keeps the end of an event to the millisecond. */
const ROUNDED_NS = 2_000_000n;

describe('the traces of a night, at an OpenTelemetry Collector', () => {
  let collector: Collector;
  let environment: Record<string, string>;
  const root = temporaryFolder('traces');
  /** What is to be ended, the last first. */
  const ends: (() => Promise<void> | void)[] = [() => removeFolder(root)];

  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await runLvra(words, environment);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  before(async () => {
    const sandbox = await startSandbox();
    ends.push(() => sandbox.close());
    collector = await startCollector();
    ends.push(() => collector.stop());
    environment = {
      ...{ LVRA_DATA_ROOT: root, LVRA_ENDPOINT: sandbox.endpoint, LASAIR_LSST_TOKEN: 'sandbox-token' },
      ...{ LVRA_OTLP_ENDPOINT: collector.address, LVRA_CONSOLE_LISTEN: '127.0.0.1:0', LVRA_HEALTH_PORT: '0' },
    };
    await run('run', '--once', '--source', 'simulate', '--simulate-count', '20');
    const console = await startProcess({
      ...{ name: 'lvra start console', command: 'env' },
      args: ['-i', `PATH=${process.env.PATH}`, ...pairs(environment), process.execPath, LVRA, 'start', 'console'],
      ...{ ready: /traces of stems that end from now on go to/, withinMs: 60_000 },
    });
    ends.push(() => console.end('SIGTERM'));
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('are those of the stems that end while the console runs, as the ledger has them', { timeout: 180_000 }, async ({
    signal,
  }) => {
    const before = stems();
    await run('run', '--once', '--source', 'simulate', '--simulate-count', '60');
    const ended = stems().filter((stem) => !before.includes(stem));
    assert.ok(ended.length > 0);
    const roots = () => collector.spans().filter(({ name }) => name === 'stem');
    while (roots().length < ended.length) await sleep(50, undefined, { signal });
    const traces = new Set(collector.spans().map(({ traceId }) => traceId));
    assert.deepEqual([...traces].sort(), ended.map((stem) => sha256(stem).slice(0, 32)).sort());
    for (const stem of ended) await compare(stem);
  });

  /** By their batch files. */
  function stems(): string[] {
    return readdirSync(join(root, 'JSON'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => basename(name, '.json'));
  }

  async function compare(stem: string): Promise<void> {
    const { events } = JSON.parse(await run('stem', stem, '--json')) as { events: Event[] };
    const spans = collector.spans().filter(({ traceId }) => traceId === sha256(stem).slice(0, 32));
    const [whole, ...parts] = spans;
    assert.equal(whole?.name, 'stem');
    assert.equal(parts.length, events.length);
    assert.ok(parts.every(({ parentSpanId }) => parentSpanId === whole?.spanId));
    for (const event of events) {
      const name = event.vra === '' ? event.stage : `${event.stage} ${event.vra}`;
      const span = parts.find((each) => each.name === name) ?? assert.fail(`${stem}: no span ${name}`);
      assert.deepEqual([numberIn(span, 'lvra.status'), numberIn(span, 'lvra.rows')], [event.status, event.rows]);
      const ends = BigInt(Date.parse(event.at)) * 1_000_000n;
      const took = BigInt(Math.round((event.durationMs ?? 0) * 1_000)) * 1_000n;
      assert.ok(isNear(BigInt(span.endTimeUnixNano), ends), `${stem} ${name} ends`);
      assert.ok(isNear(BigInt(span.startTimeUnixNano), ends - took), `${stem} ${name} begins`);
    }
  }
});

function pairs(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

function numberIn({ attributes }: CollectedSpan, key: string): number {
  return Number(attributes.find((each) => each.key === key)?.value.intValue);
}

function isNear(time: bigint, other: bigint): boolean {
  const apart = time - other;
  return apart < ROUNDED_NS && apart > -ROUNDED_NS;
}
