import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The work of the process from its start to a moment. */
export interface Reading {
  /** ms since 1970. */
  readonly at: number;
  readonly parsed: number;
  readonly cpuMs: number;
}

const PROGRAM = fileURLToPath(new URL('floor-clock-main.js', import.meta.url));
const ANSWER_WITHIN_MS = 60_000;

/**
 * A process that parses an alert with JSON.parse every millisecond or so, all the time: what that costs while something
 * else runs is the floor for what the other costs.
 */
export class FloorClock {
  readonly #child: ChildProcess;

  /** @param texts a JSON file with a list of alerts as texts */
  constructor(texts: string) {
    this.#child = fork(PROGRAM, [texts]);
  }

  /** CPU ms of one JSON.parse between two moments, ms since 1970; of the time since the last call at most. */
  async between(from: number, until: number): Promise<number> {
    if (!this.#child.connected) throw new Error('the process that measures the floor has ended; its error is above');
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    this.#child.send('readings');
    const [readings] = (await answer) as [Reading[]];
    return costBetween(readings, from, until);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}

/** @throws RangeError if fewer than two readings lie between the moments */
export function costBetween(readings: readonly Reading[], from: number, until: number): number {
  const within = readings.filter(({ at }) => at >= from && at <= until);
  const [first, last] = [within[0], within.at(-1)];
  if (!first || !last || first === last) throw new RangeError(`the floor was not measured in ${until - from} ms`);
  return (last.cpuMs - first.cpuMs) / (last.parsed - first.parsed);
}
