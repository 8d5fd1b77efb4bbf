import Table from 'cli-table3';
import type { SelfTime } from './cpu-profile.js';
import { groupOf, placeOf } from './places.js';

const FUNCTIONS = 25;
/** A group below this share is left out. */
const SMALLEST_SHARE = 0.005;

/** The functions in which the time goes, and whose they are, as two tables. */
export function summaryOf(times: readonly SelfTime[], project: string): string {
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const share = (ms: number) => `${((100 * ms) / total).toFixed(1)} %`;
  const style = { head: [], border: [], compact: true };
  const groups = new Table({ head: ['whose', 'self ms', 'share'], style, colAligns: ['left', 'right', 'right'] });
  for (const [group, ms] of groupTimes(times)) {
    if (ms >= total * SMALLEST_SHARE) groups.push([group, ms.toFixed(0), share(ms)]);
  }
  const functions = new Table({
    head: ['self ms', 'share', 'function', 'where'],
    style,
    colAligns: ['right', 'right', 'left', 'left'],
  });
  for (const time of times.slice(0, FUNCTIONS)) {
    const { frame, caller, ms } = time;
    const name = frame.functionName || '(anonymous)';
    const by = caller ? `native, called at ${placeOf(caller, project)}` : placeOf(frame, project);
    functions.push([ms.toFixed(0), share(ms), name, by]);
  }
  return `at work for ${total.toFixed(0)} ms\n${groups}\n${functions}\n`;
}

/** Self time by whose it is, the most first. */
export function groupTimes(times: readonly SelfTime[]): [group: string, ms: number][] {
  const groups = new Map<string, number>();
  for (const time of times) groups.set(groupOf(time), (groups.get(groupOf(time)) ?? 0) + time.ms);
  return [...groups].sort(([, a], [, b]) => b - a);
}
