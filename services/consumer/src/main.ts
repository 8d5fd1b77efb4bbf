import { loadSettings, type Settings } from '@lvra/config';
import { groupIdOf } from '@lvra/ledger';
import { isProgram, runProgram, type ServiceParts, serve as serveWorkers } from '@lvra/runtime';
import { type AlertConsumer, createConsumer } from './consumer.js';
import { alertFormatOf } from './formats/from-settings.js';
import { kafkaSource } from './kafka/source.js';
import { replaySource } from './sources/files.js';
import { noneSource } from './sources/none.js';
import { simulateSource } from './sources/simulated.js';
import type { AlertSource } from './sources/source.js';

/** The consumer of the settings; with another source if given. */
export async function consumerOf(parts: ServiceParts, given?: AlertSource): Promise<AlertConsumer> {
  const { settings, ledger, folder, metrics, bus, log, owner } = parts;
  const groupId = settings.source === 'kafka' && !given ? await groupIdOf(settings, ledger) : '';
  const source = given ?? sourceOf(parts, groupId);
  const consumer = createConsumer({
    source,
    limits: {
      alerts: settings.batchAlerts,
      bytes: settings.batchBytes,
      ageMs: settings.batchSeconds * 1_000,
      messageBytes: settings.maxMessageBytes,
    },
    leastFreeBytes: settings.leastFreeBytes,
    vras: settings.vras.map(({ modelName }) => modelName),
    keepCutouts: settings.keepCutouts,
    ...{ groupId, ledger, folder, metrics, bus, log, owner },
  });
  metrics.watchConsumer(() => consumer.notReady() === undefined);
  return consumer;
}

function sourceOf({ settings, ledger, paths, folder, metrics, log }: ServiceParts, groupId: string): AlertSource {
  switch (settings.source) {
    case 'kafka':
      return kafkaSource({
        servers: settings.kafkaServer ?? [],
        topics: settings.myTopic ?? [],
        groupId,
        positions: ledger.positions,
        batchFile: (stem) => folder.batchFile(stem),
        format: alertFormatOf(settings, paths, log),
        security: settings.kafkaSecurity,
        limits: { unpackedBytes: settings.maxUnpackedBytes, records: settings.maxBatchRecords },
        metrics,
        log,
      });
    case 'replay':
      return replaySource({ path: settings.replayPath ?? '', log });
    case 'simulate': {
      const { simulateSeed: seed, simulateRate: rate, simulateCount: count } = settings;
      return simulateSource({ simulation: { seed }, rate, count });
    }
    case 'none':
      return noneSource();
  }
}

/** Runs the consumer service until SIGTERM or SIGINT. */
export function serve(settings: Settings): Promise<void> {
  return serveWorkers('consumer', settings, async (parts) => [await consumerOf(parts)]);
}

if (isProgram(import.meta.url)) await runProgram('lvra-consumer', () => serve(loadSettings()));
