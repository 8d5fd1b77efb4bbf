import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Fault } from '@lvra/simulator';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';
import { startProxy, type TcpProxy } from '../proxy.js';
import { untilNotReady } from '../readiness.js';

const PER_SECOND = 40;
/** Longer than the stage tries a stem at a Lasair that fails: then the stem is requeued. */
const DOWN_MS = 40_000;
/** The additional wait for a first strike if calls are few. */
const STRIKES_WITHIN_MS = 60_000;
/** A requeue of a minute, and the reservations of calls with unknown results. */
const RECOVERS_WITHIN_MS = 240_000;

/** For any fault of Lasair: every score is sent in the end, and none that is older than the one held there. */
export const cases: FaultCase[] = [
  ...(
    [
      ['lasair-cut', 'answers cut in the middle, 30 % of the calls', [{ kind: 'cut', probability: 0.3 }], 6_000],
      [
        'lasair-reset',
        'connections reset, 15 % before and 15 % after Lasair has taken the call',
        [
          { kind: 'reset', probability: 0.15 },
          { kind: 'reset', probability: 0.15, when: 'after' },
        ],
        6_000,
      ],
      [
        'lasair-rubbish',
        '200 with a page of HTML, 15 % before and 15 % after',
        [
          { kind: 'rubbish', probability: 0.15 },
          { kind: 'rubbish', probability: 0.15, when: 'after' },
        ],
        6_000,
      ],
      ['lasair-500', '500 for 10 % of the calls', [{ kind: 'status', status: 500, probability: 0.1 }], 10_000],
      [
        'lasair-half-lists',
        'a 500 in the middle of a list, 20 % of the items’ calls',
        [{ kind: 'database', nth: 4, probability: 0.2 }],
        6_000,
      ],
      [
        'lasair-400-page',
        '400 with a page of HTML, 20 % before and 20 % after Lasair has taken the call',
        [
          { kind: 'status', status: 400, probability: 0.2 },
          { kind: 'status', status: 400, probability: 0.2, when: 'after' },
        ],
        8_000,
      ],
      ['lasair-continue', '100 Continue before each answer', [{ kind: 'continue' }], 6_000],
      ['lasair-maintenance', '302 to a page of maintenance', [{ kind: 'status', status: 302 }], 15_000],
      [
        'lasair-unavailable',
        '503 with Retry-After: 3',
        [{ kind: 'status', status: 503, retryAfterSeconds: 3, times: 3 }],
        12_000,
      ],
      ['lasair-slow', '2 s for every call', [{ kind: 'latency', ms: 2_000 }], 15_000],
      ['lasair-hang', 'two calls without an answer', [{ kind: 'hang', times: 2 }], 65_000],
      [
        'lasair-throttled',
        '429 with Retry-After: 3',
        [{ kind: 'status', status: 429, retryAfterSeconds: 3, times: 3 }],
        12_000,
      ],
    ] as [string, string, Fault[], number][]
  ).map(faulty),
  {
    name: 'lasair-refusing',
    fault: `Lasair refuses connections for ${DOWN_MS / 1000} s`,
    recoversWithinMs: RECOVERS_WITHIN_MS,
    run: (world) => behindProxy(world, (proxy) => proxy.refuse()),
  },
  {
    name: 'lasair-black-hole',
    fault: `Lasair takes connections and says nothing for ${DOWN_MS / 1000} s`,
    recoversWithinMs: RECOVERS_WITHIN_MS,
    run: (world) => behindProxy(world, (proxy) => Promise.resolve(proxy.silent())),
  },
  {
    name: 'lasair-no-name',
    fault: `the name of Lasair cannot be looked up for ${DOWN_MS / 1000} s`,
    recoversWithinMs: RECOVERS_WITHIN_MS,
    run: noName,
  },
  {
    name: 'lasair-bad-item',
    fault: '400 for one annotation of a list',
    run: async (world) => {
      await world.startAll();
      const alerts = world.load.take(60);
      const bad = alerts[30]!;
      world.sandbox.fault({ kind: 'bad-item', item: { objectId: String(bad.diaObjectId) } });
      world.load.unannotated.add(String(bad.diaObjectId));
      await world.load.deliver(alerts);
      await world.injected();
      world.faultEnded();
    },
  },
  ...([401, 403] as const).map((status) =>
    paused(`lasair-${status}`, `${status} in the middle of the night`, { status }),
  ),
  paused('lasair-429', '429 without Retry-After', { status: 429 }),
  paused('lasair-inactive', 'the annotator made inactive', undefined),
];

/** Faults that strike some calls for a while. */
function faulty([name, fault, faults, forMs]: [string, string, Fault[], number]): FaultCase {
  return {
    name,
    fault,
    recoversWithinMs: RECOVERS_WITHIN_MS,
    timeoutMs: 420_000,
    run: async (world, random) => {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(PER_SECOND, over.signal);
      await world.untilAnnotated(20);
      for (const each of faults) world.sandbox.fault({ ...each, seed: random.whole(1, 2 ** 30) });
      await world.injected(0);
      const struck = await strikes(world, forMs);
      await world.injected(struck);
      world.sandbox.clearFaults();
      world.faultEnded();
      over.abort();
      await load;
    },
  };
}

/** Waits for a time, at least for one strike, or until each fault has struck as often as it may. @returns the strikes */
async function strikes(world: FaultWorld, forMs: number): Promise<number> {
  const until = performance.now() + forMs;
  let struck = 0;
  while (performance.now() < until || (struck === 0 && performance.now() < until + STRIKES_WITHIN_MS)) {
    const active = world.sandbox.faults;
    if (active.length === 0) return struck + 1;
    struck = Math.max(
      struck,
      active.reduce((sum, fault) => sum + fault.struck, 0),
    );
    await sleep(50);
  }
  return struck;
}

async function behindProxy(world: FaultWorld, breakIt: (proxy: TcpProxy) => Promise<void>): Promise<void> {
  const proxy = await startProxy(Number(new URL(world.sandbox.endpoint).port));
  world.atEnd(() => proxy.close());
  world.environment.LVRA_ENDPOINT = `http://127.0.0.1:${proxy.port}/api`;
  await whileDown(
    world,
    () => breakIt(proxy),
    () => proxy.pass(),
  );
}

async function whileDown(
  world: FaultWorld,
  breakIt: () => Promise<unknown>,
  repair: () => Promise<unknown>,
): Promise<void> {
  await world.startAll();
  const over = new AbortController();
  const load = world.load.stream(20, over.signal);
  await world.untilAnnotated(20);
  await breakIt();
  await sleep(1_000);
  await world.injected();
  await sleep(DOWN_MS);
  await world.injected(0);
  await repair();
  world.faultEnded();
  over.abort();
  await load;
}

/** While a file is there, the annotate service cannot look up any name; see points/no-names.ts. */
async function noName(world: FaultWorld): Promise<void> {
  const file = join(world.root, 'no-names');
  world.environment.LVRA_ENDPOINT = world.sandbox.endpoint.replace('127.0.0.1', 'localhost');
  const hook = fileURLToPath(new URL('../points/no-names.js', import.meta.url));
  await world.start('annotate', { node: ['--import', hook], environment: { FAULT_NO_NAMES: file } });
  await whileDown(
    world,
    () => {
      writeFileSync(file, '');
      return Promise.resolve();
    },
    () => {
      rmSync(file);
      return Promise.resolve();
    },
  );
}

/** The stage pauses, reports why, and continues when an operator has fixed the cause and retries. */
function paused(name: string, fault: string, answer: { status: 401 | 403 | 429 } | undefined): FaultCase {
  return {
    name,
    fault: `${fault}; then lvra retry`,
    recoversWithinMs: RECOVERS_WITHIN_MS,
    run: async (world) => {
      await world.startAll();
      await world.load.send(60);
      await world.untilAnnotated(30);
      world.sandbox.fault(answer ? { kind: 'status', ...answer } : { kind: 'inactive' });
      await world.load.send(60);
      const pauses = async () => (await world.count('SELECT count(*) FROM stage_pause')) > 0;
      await world.until('the stage pauses', pauses, 60_000);
      await world.injected();
      // The ledger has the pause a moment before the service says so.
      await untilNotReady(world, 'annotate', /paused until/);
      // While it waits the other stages continue, and no call is wasted.
      const { length: calls } = world.sandbox.received;
      await world.load.send(40);
      const scored = async () => (await world.count('SELECT count(*) FROM provenance')) >= 160;
      await world.until('the new alerts are scored', scored);
      assert.equal(world.sandbox.received.length, calls);
      world.sandbox.clearFaults();
      const { code, stdout, stderr } = await world.lvra('retry', '--failed', '--stage', 'annotate');
      assert.equal(code, 0, stdout + stderr);
      world.faultEnded();
    },
  };
}
