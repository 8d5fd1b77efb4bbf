import { JsonCursor, readEnvelope, readSchemaFolder, readValue } from '@lvra/alerts';
import { RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AlertDecoder } from '@lvra/consumer';
import { simulateAvro } from '@lvra/simulator';

import avro from 'avsc';
import { parseable } from '../pipeline/alerts.js';
import type { HotPath, Input } from './hot-path.js';

/** The reference of every ratio: JSON.parse of the same bytes as text, with NaN already replaced. Ids come out wrong. */
export function bareParse({ alerts }: Input): HotPath {
  return eachOf('bare JSON.parse', alerts.map(parseable), (text) => JSON.parse(text));
}

/** The consumer's check of a message, and an alert as objects with every digit of its ids. */
export function parsePaths(input: Input): HotPath[] {
  const cursor = new JsonCursor();
  return [
    bareParse(input),
    eachOf('envelope: all grammar, and the id', input.alerts, readEnvelope),
    eachOf('objects with exact ids', input.alerts, (bytes) => readValue(cursor.reset(bytes), bytes)),
  ];
}

/** Rubin's own packets, simulated, with cutouts, to the bytes of Lasair's form; as many as there are alerts. */
export function avroPaths({ alerts }: Input): HotPath[] {
  const packets = simulateAvro({ seed: 1, schemas: RUBIN, versions: [{ major: 11, minor: 0 }], cutouts: true });
  const messages = alerts.map(() => packets.next().value.bytes);
  const decoder = new AlertDecoder(avro.Type.forSchema(JSON.parse(readSchemaFolder(RUBIN, 1100) as string)));
  return [eachOf('Avro of 14 sources to Lasair’s form', messages, (message) => decoder.decode(message))];
}

function eachOf<T>(name: string, alerts: readonly T[], work: (alert: T) => unknown): HotPath {
  const run = () => {
    for (const alert of alerts) work(alert);
  };
  return { name, alerts: alerts.length, run };
}
