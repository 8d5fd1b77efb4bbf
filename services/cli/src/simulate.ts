import { UsageError } from '@lvra/shared/errors';
import { stopSignal } from '@lvra/shared/service/shutdown';
import { type SimulatorOptions, simulateAlerts } from '@lvra/shared/simulator/simulator';
import { type AlertTarget, fileTarget, kafkaTarget } from './alert-targets.js';
import { count, duration, print, size } from './formats.js';
import { pace } from './pace.js';

export interface SimulateOptions {
  readonly count: number;
  readonly rate?: number;
  readonly seed: number;
  readonly forms: NonNullable<SimulatorOptions['forms']>;
  readonly file?: string;
  readonly kafka?: string;
  readonly topic?: string;
  readonly codec: 'none' | 'gzip';
}

/** Makes simulated alerts, and sends them into a file or into Kafka. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const target = await openTarget(options);
  const signal = stopSignal(() => {});
  const begun = performance.now();
  let sent = 0;
  let bytes = 0;
  try {
    const { seed, forms } = options;
    for await (const batch of pace(simulateAlerts({ seed, forms }), options, signal)) {
      await target.send(batch);
      sent += batch.length;
      bytes += batch.reduce((sum, { text }) => sum + text.length, 0);
    }
  } finally {
    await target.close();
  }
  print(`${count(sent)} alerts (${size(bytes)}) to ${target.name} in ${duration(performance.now() - begun)}`);
}

function openTarget({ file, kafka, topic, codec }: SimulateOptions): Promise<AlertTarget> {
  if ((file === undefined) === (kafka === undefined))
    throw new UsageError('say where to: --file, or --kafka with --topic');
  if (file !== undefined) return fileTarget(file);
  if (topic === undefined) throw new UsageError('--kafka needs --topic');
  return kafkaTarget(kafka?.split(',') ?? [], topic, codec);
}
