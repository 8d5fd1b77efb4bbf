import { isProgram, runProgram } from '@lvra/shared/service/program';
import { type ServiceParts, serve as serveWorkers } from '@lvra/shared/service/serve';
import { loadSettings, type Settings } from '@lvra/shared/settings/settings';
import { alertFormatOf } from './avro/format-of-settings.js';
import { type AlertConsumer, createConsumer } from './consumer.js';
import { groupIdOf } from './group-id.js';
import { kafkaSource } from './kafka-source.js';
import { noneSource } from './none-source.js';
import { replaySource } from './replay-source.js';
import { simulateSource } from './simulate-source.js';
import type { AlertSource } from './source.js';

/** The consumer of the settings; with another source if given. */
export function consumerOf(parts: ServiceParts, given?: AlertSource): AlertConsumer {
  const { settings, ledger, paths, metrics, bus, log, owner } = parts;
  const groupId = settings.source === 'kafka' && !given ? groupIdOf(settings, ledger) : '';
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
    ...{ groupId, ledger, paths, metrics, bus, log, owner },
  });
  metrics.watchConsumer(() => consumer.notReady() === undefined);
  return consumer;
}

function sourceOf({ settings, ledger, paths, metrics, log }: ServiceParts, groupId: string): AlertSource {
  switch (settings.source) {
    case 'kafka':
      return kafkaSource({
        servers: settings.kafkaServer ?? [],
        topics: settings.myTopic ?? [],
        groupId,
        positions: ledger.positions,
        batchPath: (stem) => paths.batch(stem),
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
  return serveWorkers('consumer', settings, (parts) => [consumerOf(parts)]);
}

if (isProgram(import.meta.url)) await runProgram('lvra-consumer', () => serve(loadSettings()));
