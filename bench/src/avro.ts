import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { AlertDecoder } from '@lvra/consumer/avro/alert-decoder';
import { readSchemaFolder } from '@lvra/shared/avro/schema-folder';
import { simulateAvro } from '@lvra/shared/simulator/avro/alerts';
import avro from 'avsc';
import Table from 'cli-table3';

/** Rubin's schemas and samples, beside the project. */
const RUBIN = fileURLToPath(new URL('../../../shared/avro/', import.meta.url));
const [ALERTS, ROUNDS] = [1_000, 5];

/** A way to decode a message, and what it is called. */
type Way = readonly [name: string, decode: (message: Buffer) => unknown];

/** Longs as bigint: with less, ids would not be exact. */
const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

const [v9, v11] = [900, 1100].map((id) => avro.Type.forSchema(JSON.parse(readSchemaFolder(RUBIN, id) as string)));
const sample = readFileSync(new URL('confluent-framed-v9_0.avro', `file://${RUBIN}`));
const simulated = (cutouts: boolean) => {
  const alerts = simulateAvro({ seed: 1, schemas: RUBIN, versions: [{ major: 11, minor: 0 }], cutouts });
  return Array.from({ length: ALERTS }, () => alerts.next().value.bytes);
};

const table = new Table({
  head: ['messages', 'kB a message', 'decoded by', 'CPU ms a message: best', 'median'],
  style: { head: [], border: [] },
});
report('the real one of schema 9.0, three cutouts', Array(ALERTS).fill(sample), v9 as avro.Type);
report('simulated, 11.0, 14 sources, three cutouts', simulated(true), v11 as avro.Type);
report('simulated, 11.0, 14 sources, no cutouts', simulated(false), v11 as avro.Type);
process.stdout.write(`${table}\n${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}\n`);

function report(name: string, messages: readonly Buffer[], schema: avro.Type): void {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0) / messages.length;
  const decoder = new AlertDecoder(schema);
  const long = avro.Type.forSchema(JSON.parse(JSON.stringify(schema.schema({ exportAttrs: true }))), {
    registry: { long: LONG },
  });
  const ways: readonly Way[] = [
    ['the consumer, to the bytes of Lasair’s form', (message) => decoder.decode(message)],
    ['avsc, to objects', (message) => long.fromBuffer(message.subarray(5))],
  ];
  for (const [way, decode] of ways) {
    const times = Array.from({ length: ROUNDS }, () => cpuMs(messages, decode)).sort((a, b) => a - b);
    const [best, median] = [times[0], times[Math.floor(ROUNDS / 2)]] as [number, number];
    table.push([name, (bytes / 1_000).toFixed(1), way, best.toFixed(3), median.toFixed(3)]);
  }
}

/** CPU of this process, user and system, for each message. */
function cpuMs(messages: readonly Buffer[], decode: (message: Buffer) => unknown): number {
  const before = process.cpuUsage();
  for (const message of messages) decode(message);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / messages.length;
}
