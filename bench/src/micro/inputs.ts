import { existsSync, readFileSync } from 'node:fs';
import { REAL } from '@lvra/shared/testing/reference';
import { benchAlerts } from '../alerts.js';
import type { InputName } from './hot-path.js';

/** Alerts as Kafka delivers them: one stem of them. */
export interface Input {
  readonly name: InputName;
  readonly alerts: readonly Buffer[];
  /** Of one alert, in the mean. */
  readonly bytes: number;
}

/** Some 4 MB: like those of a service, these bytes do not fit the cache of a core. */
const ALERTS = 100;
/** What only ids and rows are taken of: two seconds of the survey's whole stream. */
const STEM_ALERTS = 500;

/** One stem of the simulator's alerts, from the seed of all benchmarks. */
export const readStem = (): Input => inputOf('simulated', benchAlerts(STEM_ALERTS));

/** Alerts to be read byte by byte: the simulator's alerts from the seed of all benchmarks, and the real ones where they stand beside the project. */
export function readInputs(): readonly [Input, ...Input[]] {
  const simulated = inputOf('simulated', benchAlerts(ALERTS));
  const file = new URL('alerts-20260202.ndjson', REAL);
  if (!existsSync(file)) return [simulated];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  // Copies, each with a place in memory of its own.
  return [
    simulated,
    inputOf(
      'real',
      Array.from({ length: ALERTS }, (_, i) => Buffer.from(lines[i % lines.length]!)),
    ),
  ];
}

function inputOf(name: InputName, alerts: readonly Buffer[]): Input {
  return { name, alerts, bytes: alerts.reduce((sum, { length }) => sum + length, 0) / alerts.length };
}
