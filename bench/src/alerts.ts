import { type SimulatedAlert, simulateAlerts } from '@lvra/shared/simulator/simulator';

/** The bytes of the run: the same seed gives the same alerts on every machine. */
export const SEED = 20260422;

/** Alerts of real size, 8 to 250 kB and 40 kB in the mean, as Kafka delivers them. */
export function benchAlerts(count: number): Buffer[] {
  return [...alertStream(count)];
}

/** The same alerts one at a time, without end unless told how many. */
export function* alertStream(count = Number.POSITIVE_INFINITY): Generator<Buffer, void> {
  const alerts = simulatedStream();
  for (let made = 0; made < count; made++) yield Buffer.from(alerts.next().value.text);
}

/** The first so many of them, with their ids. */
export function simulatedAlerts(count: number): SimulatedAlert[] {
  const alerts = simulatedStream();
  return Array.from({ length: count }, () => alerts.next().value);
}

/** The next so many alerts of an endless stream. */
export function nextAlerts(stream: Generator<Buffer, void>, count: number): Buffer[] {
  return Array.from({ length: count }, () => stream.next().value as Buffer);
}

const simulatedStream = () => simulateAlerts({ seed: SEED, forms: 'full' });
