import { schemaIdOf } from '@lvra/alerts';
import { UsageError } from '@lvra/core';
import type { QuarantinedAlert, QuarantineLedger } from '@lvra/ledger';
import { readQuarantined } from '@lvra/runtime';
import type { DataPaths } from '@lvra/store';
import { type AlertFormat, jsonFormat } from '../formats/format.js';
import type { AlertSource, RawMessage } from './source.js';

export interface QuarantineSourceOptions {
  readonly ids: readonly bigint[];
  readonly quarantine: QuarantineLedger;
  readonly paths: DataPaths;
  /** For messages in an Avro frame; all others are read as a Lasair filter's. */
  readonly avro?: AlertFormat;
}

/**
 * Reads quarantined alerts again; each is marked with its new stem. One that is still bad returns to quarantine under
 * that stem.
 *
 * @throws UsageError if an id is not in quarantine or was replayed already
 */
export async function quarantineSource({
  ids,
  quarantine,
  paths,
  avro = jsonFormat,
}: QuarantineSourceOptions): Promise<AlertSource> {
  const wanted = await Promise.all(ids.map((id) => alertOf(quarantine, id)));
  // An alert that several VRAs quarantined is read once.
  const alerts = new Map(wanted.map((alert) => [`${alert.path} ${alert.position}`, alert]));
  const idOf = new Map<RawMessage, bigint>();
  return {
    name: 'quarantine',
    // The feature stage quarantines alerts in Lasair's form, even if Kafka has another form.
    format: { read: (message) => (schemaIdOf(message) === undefined ? jsonFormat : avro).read(message) },
    async run(sink, signal) {
      for await (const [{ id, receivedMs }, bytes] of readQuarantined(paths, [...alerts.values()])) {
        if (signal.aborted) return;
        const message = { bytes, receivedMs: receivedMs ?? Number.NaN };
        await avro.missing?.(message.bytes)?.look();
        idOf.set(message, id);
        const wait = sink.add(message);
        if (wait) await wait;
      }
    },
    async onBatchRegistered({ stem, messages }) {
      for (const message of messages) {
        const id = idOf.get(message);
        if (id !== undefined) await quarantine.markReplayed(id, stem);
        idOf.delete(message);
      }
    },
  };
}

async function alertOf(quarantine: QuarantineLedger, id: bigint): Promise<QuarantinedAlert> {
  const alert = await quarantine.get(id);
  if (!alert) throw new UsageError(`there is no alert ${id} in quarantine: see \`lvra quarantine list\``);
  if (alert.path === '')
    throw new UsageError(`no bytes of alert ${id} were kept: \`lvra quarantine show ${id}\` says why`);
  if (alert.prunedAt !== undefined) throw new UsageError(`the bytes of alert ${id} were removed by \`lvra prune\``);
  if (alert.replayedAs) throw new UsageError(`alert ${id} was replayed already, as stem ${alert.replayedAs}`);
  return alert;
}
