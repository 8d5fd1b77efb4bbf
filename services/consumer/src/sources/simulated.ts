import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep } from '@lvra/core';
import { type SimulatorOptions, simulateAlerts } from '@lvra/simulator';
import type { AlertSource } from './source.js';

export interface SimulateSourceOptions {
  readonly simulation: SimulatorOptions;
  /** Alerts a second; undefined for as fast as they are consumed. */
  readonly rate: number | undefined;
  /** How many; undefined for no end. */
  readonly count: number | undefined;
}

/** Alerts made at once; timers and other work run in between. */
const ALERTS_A_TURN = 20;
const SHORTEST_SLEEP_MS = 5;

/** Simulated alerts, received when they are made. */
export function simulateSource({ simulation, rate, count }: SimulateSourceOptions): AlertSource {
  return {
    name: 'simulate',
    async run(sink, signal) {
      const alerts = simulateAlerts(simulation);
      const begun = performance.now();
      for (let made = 0; !signal.aborted && (count === undefined || made < count); made++) {
        const earlyMs = rate === undefined ? 0 : (made * 1_000) / rate - (performance.now() - begun);
        if (earlyMs > SHORTEST_SLEEP_MS) await sleep(earlyMs, signal);
        else if (made % ALERTS_A_TURN === 0) await nextTurn();
        const wait = sink.add({ bytes: Buffer.from(alerts.next().value.text), receivedMs: Date.now() });
        if (wait) await wait;
      }
    },
  };
}
