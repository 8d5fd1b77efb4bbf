import { readFile } from 'node:fs/promises';
import { schemaIdOf } from '@lvra/shared/avro/frame';
import { messageOf, UsageError } from '@lvra/shared/errors';
import type { QuarantinedAlert, QuarantineLedger } from '@lvra/shared/ledger/quarantine';
import type { DataPaths } from '@lvra/shared/paths';
import { quarantineFile } from '@lvra/shared/quarantine-file';
import { type AlertFormat, jsonFormat } from './format.js';
import type { AlertSource, RawMessage } from './source.js';

export interface QuarantineSourceOptions {
  readonly ids: readonly bigint[];
  readonly quarantine: QuarantineLedger;
  readonly paths: DataPaths;
  /** Of messages in a frame of Avro; all others are read as a Lasair filter's. */
  readonly avro?: AlertFormat;
}

/**
 * Alerts that were in quarantine, once more; each is marked with the stem under which it was read again. One that is
 * still bad comes back to quarantine under that stem.
 *
 * @throws UsageError where an id is not in quarantine or was replayed already
 */
export function quarantineSource({ ids, quarantine, paths, avro = jsonFormat }: QuarantineSourceOptions): AlertSource {
  const wanted = ids.map((id) => alertOf(quarantine, id));
  // An alert that the models of several VRAs put aside is read once.
  const alerts = new Map(wanted.map((alert) => [alert.path, alert])).values();
  const idOf = new Map<RawMessage, bigint>();
  return {
    name: 'quarantine',
    // The feature stage puts alerts aside in Lasair's form, whatever they were in Kafka.
    format: { read: (message) => (schemaIdOf(message) === undefined ? jsonFormat : avro).read(message) },
    async run(sink, signal) {
      for (const { id, path, receivedMs } of alerts) {
        if (signal.aborted) return;
        const message = { bytes: await bytesOf(quarantineFile(paths, path), id), receivedMs: receivedMs ?? Number.NaN };
        await avro.missing?.(message.bytes)?.look();
        idOf.set(message, id);
        const wait = sink.add(message);
        if (wait) await wait;
      }
    },
    registered({ stem, messages }) {
      for (const message of messages) {
        const id = idOf.get(message);
        if (id !== undefined) quarantine.markReplayed(id, stem);
        idOf.delete(message);
      }
    },
  };
}

function alertOf(quarantine: QuarantineLedger, id: bigint): QuarantinedAlert {
  const alert = quarantine.get(id);
  if (!alert) throw new UsageError(`there is no alert ${id} in quarantine: see \`lvra quarantine list\``);
  if (alert.path === '')
    throw new UsageError(`of alert ${id} no bytes were kept: \`lvra quarantine show ${id}\` says why`);
  if (alert.prunedAt !== undefined) throw new UsageError(`of alert ${id} \`lvra prune\` has removed the bytes`);
  if (alert.replayedAs) throw new UsageError(`alert ${id} was replayed already, as stem ${alert.replayedAs}`);
  return alert;
}

async function bytesOf(path: string, id: bigint): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`the bytes of alert ${id} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
