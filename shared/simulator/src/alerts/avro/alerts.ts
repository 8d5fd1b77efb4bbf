import { framed, idOfVersion, type SchemaVersion } from '@lvra/alerts';
import avro from 'avsc';
import { type SimulatorOptions, simulateAlerts } from '../simulator.js';
import { simulatedCutouts } from './cutouts.js';
import { avroValue, readSimulated, type Value } from './record.js';
import { simulatedSchema } from './versions.js';

export interface AvroSimulatorOptions extends Omit<SimulatorOptions, 'forms'> {
  /** A folder of schemas, as github lsst/alert_packet has it. */
  readonly schemas: string;
  /** The versions in turn, an alert each. */
  readonly versions: readonly SchemaVersion[];
  /** Whether alerts have images, of the sizes that Rubin's have: 138 kB an alert. */
  readonly cutouts?: boolean;
  /** One alert in this many is of the solar system; none by default. */
  readonly solarSystemEvery?: number;
}

export interface SimulatedAvro {
  /** The message as it is in Kafka. */
  readonly bytes: Buffer;
  readonly schemaId: number;
  /** Undefined for an alert of the solar system. */
  readonly diaObjectId: bigint | undefined;
  readonly diaSourceId: bigint;
}

/** Longs as bigint, exact. */
const LONG = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

/**
 * The alerts of `simulateAlerts` as Rubin would send them: Avro in Confluent's frame, with the trigger apart from the
 * sources before it.
 *
 * @throws UsageError if a schema is not available
 */
export function* simulateAvro(options: AvroSimulatorOptions): Generator<SimulatedAvro, never, undefined> {
  const { schemas, versions, cutouts = false, solarSystemEvery = Number.POSITIVE_INFINITY, ...simulation } = options;
  const writers = versions.map((version) => ({
    schemaId: idOfVersion(version),
    type: avro.Type.forSchema(JSON.parse(simulatedSchema(schemas, version)), { registry: { long: LONG } }),
  }));
  const alerts = simulateAlerts({ ...simulation, forms: 'full' });
  const images = cutouts ? simulatedCutouts() : {};
  for (let made = 1; ; made++) {
    const { schemaId, type } = writers[made % writers.length] as (typeof writers)[number];
    const { text, diaObjectId, diaSourceId } = alerts.next().value;
    const { alert } = readSimulated(text) as { alert: Record<string, Value> };
    const isOfObject = made % solarSystemEvery !== 0;
    const packet = {
      ...(isOfObject ? rubinAlert(alert, diaSourceId) : solarSystemAlert(alert, diaSourceId)),
      ...images,
    };
    const body = type.toBuffer(avroValue(type, packet as unknown as Value));
    yield { bytes: framed(schemaId, body), schemaId, diaObjectId: isOfObject ? diaObjectId : undefined, diaSourceId };
  }
}

function rubinAlert(alert: Record<string, Value>, diaSourceId: bigint): Record<string, Value> {
  const sources = alert.diaSourcesList as readonly Record<string, Value>[];
  const isTrigger = (source: Record<string, Value>) => String(source.diaSourceId) === String(diaSourceId);
  const previous = sources.filter((source) => !isTrigger(source));
  return {
    diaSourceId: String(diaSourceId),
    diaSource: sources.find(isTrigger) as Value,
    prvDiaSources: previous.length > 0 ? previous : null,
    prvDiaForcedSources: alert.diaForcedSourcesList as Value,
    diaObject: alert.diaObject as Value,
  };
}

/** An asteroid: no diaObject, no history. */
function solarSystemAlert(alert: Record<string, Value>, diaSourceId: bigint): Record<string, Value> {
  const { diaSource } = rubinAlert(alert, diaSourceId);
  const source = diaSource as Record<string, Value>;
  return {
    diaSourceId: String(diaSourceId),
    diaSource: { ...source, diaObjectId: null, ssObjectId: source.diaObjectId as Value },
    ssSource: { diaSourceId: String(diaSourceId) },
  };
}
