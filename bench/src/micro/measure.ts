import { Bench } from 'tinybench';
import { median } from '../statistics.js';
import type { HotPath } from './hot-path.js';

/** What an alert costs on a hot path. CPU: user and system, of all threads of this process. */
export interface Measured extends Pick<HotPath, 'group' | 'name' | 'input'> {
  /** µs of CPU an alert: the median of the rounds, of which each is the median of its calls. */
  readonly cpuUs: number;
  /** The quickest and the slowest round. */
  readonly spreadUs: readonly [number, number];
  /** Of bare JSON.parse of these alerts, measured just before it in each round: the median ratio, and its spread. */
  readonly ofParse: number;
  readonly spreadOfParse: readonly [number, number];
}

const ROUNDS = 5;
/** CPU that a round spends on each side, ms. */
const ROUND_MS = 100;
const FEWEST_CALLS = 3;
/** What must be prepared for every call is called so often in a round, however short it is. */
const PREPARED_CALLS = 6;

/** CPU time is what others on the machine disturb least; a call takes a thousand of its ticks. */
const CPU_CLOCK = {
  name: 'CPU time of the process',
  fn: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  toMs: (us: number | bigint) => Number(us) / 1_000,
  fromMs: (ms: number) => ms * 1_000,
};

/** Measures a hot path and bare JSON.parse in turn, so that what slows the machine down slows both. */
export async function measure(path: HotPath, parse: HotPath): Promise<Measured> {
  const costs: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const floor = await measureRound(parse, round === 0);
    const cost = await measureRound(path, round === 0);
    costs.push(cost);
    ratios.push(cost / floor);
  }
  const { group, name, input } = path;
  return {
    ...{ group, name, input },
    cpuUs: median(costs),
    spreadUs: spreadOf(costs),
    ofParse: median(ratios),
    spreadOfParse: spreadOf(ratios),
  };
}

/** @returns µs an alert */
async function measureRound({ name, alerts, run, before }: HotPath, warmup: boolean): Promise<number> {
  const [time, iterations] = before ? [0, PREPARED_CALLS] : [ROUND_MS, FEWEST_CALLS];
  const bench = new Bench({
    ...{ time, iterations, warmup, warmupTime: time, warmupIterations: iterations },
    ...{ throws: true, timestampProvider: CPU_CLOCK },
  });
  // Said rather than tried out: a try would be a call without its `before`.
  bench.add(name, run, { async: true, ...(before && { beforeEach: before }) });
  const [task] = await bench.run();
  const result = task?.result;
  if (!result || !('latency' in result)) throw new Error(`${name} could not be measured: ${result?.state}`);
  return (result.latency.p50 * 1_000) / alerts;
}

function spreadOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
