import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';
import { callsOverBudget } from '../judges/calls-judge.js';
import { untilNotReady } from '../readiness.js';

const BUDGET = 40;
const REPLICAS = ['annotate', 'annotate 2', 'annotate 3'];
const KILLS = 4;

async function startReplicas(world: FaultWorld): Promise<void> {
  for (const as of REPLICAS) {
    if (!world.services.get(as)?.alive) await world.start('annotate', { as, ready: 'alive' });
  }
}

export const cases: FaultCase[] = [
  {
    name: 'lasair-budget',
    fault: `an hour’s budget of ${BUDGET} calls used up by three replicas, one of them killed ${KILLS} times on the way`,
    settings: { LVRA_ANNOTATE_CALLS_PER_HOUR: String(BUDGET) },
    // The objects of a killed call stay reserved for 90 s.
    recoversWithinMs: 240_000,
    timeoutMs: 480_000,
    async run(world, random) {
      for (const name of ['consumer', 'feature', 'predict'] as const) await world.start(name);
      await startReplicas(world);
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      const called = () => world.sandbox.received.length;
      for (let kill = 1; kill <= KILLS; kill++) {
        await world.until(`${kill} of the calls are made`, () => called() >= (kill * BUDGET) / (KILLS + 2));
        await world.injected();
        await world.service(REPLICAS[random.whole(0, REPLICAS.length - 1)]!).end('SIGKILL');
        await startReplicas(world);
      }
      await untilNotReady(world, 'annotate', /calls to Lasair per hour (are used up|are kept for new alerts)/);
      over.abort();
      await load;
      await sleep(3_000);
      assert.equal(callsOverBudget(world.sandbox.received, BUDGET), 0, `${called()} calls, ${BUDGET} an hour allowed`);
      assert.ok(called() > BUDGET / 2, `only ${called()} calls were made`);
      // Nobody waits an hour here: the rest goes out under a larger budget.
      await Promise.all(REPLICAS.map((as) => world.service(as).end('SIGTERM')));
      delete world.environment.LVRA_ANNOTATE_CALLS_PER_HOUR;
      await startReplicas(world);
      const { code, stdout, stderr } = await world.lvra('retry', '--failed', '--stage', 'annotate');
      assert.equal(code, 0, stdout + stderr);
      world.faultEnded();
    },
  },
];
