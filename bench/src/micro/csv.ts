import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertView, readAlert } from '@lvra/feature/alert';
import { featureSet } from '@lvra/feature/feature-sets';
import { thresholdFlags } from '@lvra/feature/thresholds';
import { readFeatureFile } from '@lvra/predict/feature-file';
import { Model } from '@lvra/predict/model';
import { JsonCursor } from '@lvra/shared/json/cursor';
import { featureFileOf } from './feature-file.js';
import type { HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';
import { DEMONSTRATION_MODEL } from './score.js';

/** A row of values to the bytes of a feature file, and a feature file to the table of a model. */
export async function csvPaths({ name, alerts }: Input): Promise<HotPaths> {
  const views = alerts.map(viewOf).filter(({ hasAlert }) => hasAlert);
  const set = featureSet();
  const folder = mkdtempSync(join(tmpdir(), 'lvra-micro-'));
  const file = await featureFileOf(alerts, folder);
  const model = await Model.load(DEMONSTRATION_MODEL);
  const { features, input } = model.manifest;
  await model.close();
  return {
    paths: [
      {
        group: 'csv',
        name: 'row to bytes',
        input: name,
        alerts: views.length,
        run: () => {
          const rows = set.begin();
          views.forEach((view, position) => {
            const { fluxes, times, latest } = view;
            rows.add(view, position, thresholdFlags(fluxes, times, times[latest] as number));
          });
          for (const _ of rows.chunks());
        },
      },
      {
        group: 'csv',
        name: `file to the ${features.length} columns of a model`,
        input: name,
        alerts: views.length,
        run: () => readFeatureFile(file, features, input),
      },
    ],
    close: () => rmSync(folder, { recursive: true }),
  };
}

function viewOf(bytes: Buffer): AlertView {
  const view = new AlertView();
  readAlert(new JsonCursor().reset(bytes), bytes, view);
  return view;
}
