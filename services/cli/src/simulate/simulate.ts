import { stopSignal, UsageError } from '@lvra/core';
import { AVRO_VERSIONS, type SimulatorOptions, simulateAlerts, simulateAvro, writeSchemas } from '@lvra/simulator';
import { count, duration, print, size } from '../command-line/output.js';
import { rateLimit } from './rate-limit.js';
import { type AlertTarget, fileTarget, kafkaTarget } from './targets.js';

export interface SimulateOptions {
  readonly count: number;
  readonly rate?: number;
  readonly seed: number;
  readonly forms: NonNullable<SimulatorOptions['forms']>;
  readonly file?: string;
  readonly kafka?: string;
  readonly topic?: string;
  readonly codec: 'none' | 'gzip';
  readonly format: 'json' | 'avro';
  /** For avro: a version, or `mixed` for all in turn. */
  readonly schema: string;
  readonly schemas?: string;
  readonly saveSchemas?: string;
  readonly cutouts: boolean;
}

/** Makes simulated alerts, and sends them into a file or into Kafka. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const target = await openTarget(options);
  const signal = stopSignal(() => {});
  const begun = performance.now();
  let sent = 0;
  let bytes = 0;
  try {
    for await (const batch of rateLimit(messages(options), options, signal)) {
      await target.send(batch);
      sent += batch.length;
      bytes += batch.reduce((sum, { message }) => sum + message.length, 0);
    }
  } finally {
    await target.close();
  }
  print(`${count(sent)} alerts (${size(bytes)}) to ${target.name} in ${duration(performance.now() - begun)}`);
}

/** Every how many of mixed alerts in Avro there is one of the solar system. */
const SOLAR_SYSTEM_EVERY = 20;

function* messages(options: SimulateOptions): Generator<{ readonly message: string | Buffer }, never> {
  const { format, seed, forms, schema, schemas, saveSchemas, cutouts } = options;
  if (format === 'json') for (const { text } of simulateAlerts({ seed, forms })) yield { message: text };
  if (schemas === undefined) throw new UsageError('--format avro needs --schemas, a folder of MAJOR/MINOR/*.avsc');
  const versions = AVRO_VERSIONS.filter(({ major, minor }) => schema === 'mixed' || schema === `${major}.${minor}`);
  if (saveSchemas !== undefined) writeSchemas(saveSchemas, schemas, versions);
  const mixture = forms === 'mixed' ? { solarSystemEvery: SOLAR_SYSTEM_EVERY } : {};
  for (const { bytes } of simulateAvro({ seed, schemas, versions, cutouts, ...mixture })) yield { message: bytes };
  throw new Error('the simulator never ends');
}

function openTarget({ file, kafka, topic, codec, format }: SimulateOptions): Promise<AlertTarget> {
  if ((file === undefined) === (kafka === undefined))
    throw new UsageError('say where to: --file, or --kafka with --topic');
  if (file !== undefined && format === 'avro')
    throw new UsageError('alerts in Avro go to --kafka, not to a file of lines');
  if (file !== undefined) return fileTarget(file);
  if (topic === undefined) throw new UsageError('--kafka needs --topic');
  return kafkaTarget(kafka?.split(',') ?? [], topic, codec);
}
