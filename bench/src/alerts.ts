import { simulateAlerts } from '@lvra/shared/simulator/simulator';

/** The bytes of the run: the same seed gives the same alerts on every machine. */
const SEED = 20260422;

/** Alerts of real size, 8 to 250 kB and 40 kB in the mean, as Kafka delivers them. */
export function benchAlerts(count: number): Buffer[] {
  const alerts: Buffer[] = [];
  for (const { text } of simulateAlerts({ seed: SEED, forms: 'full' })) {
    if (alerts.push(Buffer.from(text)) === count) break;
  }
  return alerts;
}
