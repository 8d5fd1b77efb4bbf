import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import type { FaultWorld } from '../../fault-world.js';
import { startProxy, type TcpProxy } from '../../proxy.js';
import { through } from './hosts-of.js';

const DELAY_MS = 50;
const SLOW_FOR_MS = 20_000;
const CUT_FOR_MS = 5_000;
/** Longer than an answer is waited for. */
const SILENT_FOR_MS = 20_000;

/** For the network between services and the ledger's server. */
export const cases: FaultCase[] = [
  {
    name: 'postgres-link-slow',
    fault: `a link to the ledger of ${DELAY_MS} ms each way for ${SLOW_FOR_MS / 1_000} s`,
    ledger: 'postgres',
    run: (world) =>
      onLink(world, 10, async (link) => {
        link.slow(DELAY_MS);
        await sleep(SLOW_FOR_MS);
        await link.pass();
      }),
  },
  {
    name: 'postgres-link-cut',
    fault: `the link to the ledger cut for ${CUT_FOR_MS / 1_000} s, then silent for ${SILENT_FOR_MS / 1_000} s`,
    ledger: 'postgres',
    run: (world) =>
      onLink(world, 30, async (link) => {
        await link.refuse();
        await sleep(CUT_FOR_MS);
        await link.pass();
        await world.untilAnnotated((await world.count('SELECT count(*) FROM annotation_outcome')) + 1);
        await world.injected();
        link.silent();
        await sleep(SILENT_FOR_MS);
        await link.pass();
      }),
  },
];

async function onLink(world: FaultWorld, perSecond: number, fault: (link: TcpProxy) => Promise<void>): Promise<void> {
  const link = await startProxy(world.postgres!.hosts[0]!.port);
  world.atEnd(() => link.close());
  through(world, [link.port]);
  await world.startAll();
  const over = new AbortController();
  const load = world.load.stream(perSecond, over.signal);
  await world.untilAnnotated(20);
  await world.injected();
  await fault(link);
  world.faultEnded();
  over.abort();
  await load;
}
