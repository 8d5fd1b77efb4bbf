import { readEnvelope } from '@lvra/shared/alerts/envelope';

/** What the same bytes cost at the least, CPU ms an alert of this process. */
export interface Floor {
  readonly name: string;
  readonly cpuMsPerAlert: number;
}

/** A sample is enough for a floor, and it runs warm, as a floor should. */
const SAMPLE = 1_000;

export function measureFloors(alerts: readonly Buffer[]): Floor[] {
  const sample = alerts.slice(0, SAMPLE);
  return [
    floor('bare JSON.parse (NaN already replaced)', sample.map(withoutNaN), (text) => JSON.parse(text)),
    floor('check of grammar and id (the consumer’s)', sample, (bytes) => readEnvelope(bytes)),
  ];
}

/** JSON.parse refuses NaN; the replacement is not part of what is measured. */
const withoutNaN = (bytes: Buffer) => bytes.toString('latin1').replaceAll('NaN', 'null');

function floor<T>(name: string, inputs: readonly T[], work: (input: T) => unknown): Floor {
  for (const input of inputs.slice(0, 200)) work(input);
  const before = process.cpuUsage();
  for (const input of inputs) work(input);
  const { user, system } = process.cpuUsage(before);
  return { name, cpuMsPerAlert: (user + system) / 1000 / inputs.length };
}
