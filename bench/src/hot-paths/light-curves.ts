import { join } from 'node:path';
import { BatchIndex, lightCurveOf, readAlerts, readEnvelope } from '@lvra/alerts';
import { writeBatchFile } from '@lvra/store';
import type { HotPath, Input } from './hot-path.js';

/** What the page of an object costs: its alert at its place, and the places of a file that the ledger does not have. */
export async function lightCurvePaths({ alerts, folder }: Input): Promise<HotPath[]> {
  const path = join(folder, 'JSON', 'batch.json');
  await writeBatchFile(path, alerts);
  const ids = alerts.map((bytes) => readEnvelope(bytes).diaObjectId);
  const places = BatchIndex.ofSizes(
    BigInt64Array.from(ids),
    Uint32Array.from(alerts, ({ length }) => length),
  );
  const objects = [...new Set(ids)];
  return [
    {
      name: 'light curve, its alert read at its place',
      alerts: alerts.length,
      run: async () => {
        for (const id of objects) {
          for (const message of (await readAlerts(path, [id], places)).get(id) ?? []) lightCurveOf(id, message);
        }
      },
    },
    {
      name: 'places of the alerts, by reading the batch file',
      alerts: alerts.length,
      run: () => BatchIndex.read(path, places.fileBytes),
    },
  ];
}
