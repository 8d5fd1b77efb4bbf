import { median } from '../pipeline/statistics.js';
import type { HotPath } from './hot-path.js';

/** What an alert costs on a hot path; CPU is user and system time of all threads of this process. */
export interface Measured {
  /** µs of CPU an alert: the median of the rounds. */
  readonly cpuUs: number;
  /** Of bare JSON.parse of the same alerts, measured just before it in each round: the median, least and most. */
  readonly ofParse: { readonly median: number; readonly least: number; readonly most: number };
}

const ROUNDS = 5;
/** CPU that a round spends on each side, ms. */
const ROUND_MS = 100;

/** Measures a hot path and bare JSON.parse in turn, so that what slows the machine down slows both. */
export async function measure(path: HotPath, parse: HotPath, roundMs = ROUND_MS): Promise<Measured> {
  await measureRound(parse, roundMs);
  await measureRound(path, roundMs);
  const costs: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const floor = await measureRound(parse, roundMs);
    const cost = await measureRound(path, roundMs);
    costs.push(cost);
    ratios.push(cost / floor);
  }
  return {
    cpuUs: median(costs),
    ofParse: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
  };
}

/** @returns µs an alert */
async function measureRound({ alerts, run }: HotPath, roundMs: number): Promise<number> {
  const before = process.cpuUsage();
  for (let calls = 1; ; calls++) {
    const pending = run();
    if (pending instanceof Promise) await pending;
    const { user, system } = process.cpuUsage(before);
    if (user + system >= roundMs * 1_000) return (user + system) / calls / alerts;
  }
}
