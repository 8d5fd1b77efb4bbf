import { simulateAlerts } from '@lvra/shared/simulator/simulator';

/** The bytes of the run: the same seed gives the same alerts on every machine. */
export const SEED = 20260422;

/** Alerts of real size, 8 to 250 kB and 40 kB in the mean, as Kafka delivers them. */
export function benchAlerts(count: number): Buffer[] {
  return [...alertStream(count)];
}

/** The same alerts one at a time. */
export function* alertStream(count: number): Generator<Buffer, void> {
  const alerts = simulateAlerts({ seed: SEED, forms: 'full' });
  for (let made = 0; made < count; made++) yield Buffer.from(alerts.next().value.text);
}
