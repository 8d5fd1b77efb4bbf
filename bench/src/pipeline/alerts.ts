import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';

/** The same seed gives the same alerts on every machine. */
const SEED = 20260422;

/** How many alerts one request to Kafka holds: some 4 MB, below the broker's limit of 10 MiB. */
const ALERTS_A_REQUEST = 100;

/** Alerts of real size without end: 8 to 250 kB, 40 kB in the mean. */
export const simulatedStream = (): Generator<SimulatedAlert, never> => simulateAlerts({ seed: SEED, forms: 'full' });

/** The next alerts of a stream, as Kafka delivers them. */
export function nextAlerts(stream: Generator<SimulatedAlert, never>, count: number): Buffer[] {
  return Array.from({ length: count }, () => Buffer.from(stream.next().value.text));
}

/** The alerts in pieces that fit one request. */
export function* inRequests(alerts: readonly Buffer[]): Generator<readonly Buffer[]> {
  for (let first = 0; first < alerts.length; first += ALERTS_A_REQUEST) {
    yield alerts.slice(first, first + ALERTS_A_REQUEST);
  }
}

/** JSON.parse refuses NaN. */
export const parseable = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('NaN', 'null');
