import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { JsonCursor } from '@lvra/alerts';
import { makeFeatureFile } from '@lvra/feature';
import { AlertView, featureSet, readAlert, thresholdFlags } from '@lvra/features';
import { dataPaths } from '@lvra/store';
import type { HotPath, Input } from './hot-path.js';

const STEM = '20260422_000000';

/** An alert to the places of its values, on to its row of all features, and on to the bytes of a feature file. */
export function featurePaths({ alerts }: Input): HotPath[] {
  const cursor = new JsonCursor();
  const view = new AlertView();
  const set = featureSet();
  const read = (bytes: Buffer) => readAlert(cursor.reset(bytes), bytes, view);
  const makeRows = () => {
    const rows = set.begin();
    alerts.forEach((bytes, position) => {
      read(bytes);
      if (!view.hasAlert) return;
      const { fluxes, times, latest } = view;
      rows.add(view, position, thresholdFlags(fluxes, times, times[latest] as number));
    });
    return rows;
  };
  const paths = [
    { name: 'alert to the places of its values', run: () => alerts.forEach(read) },
    { name: 'alert to its row of all features', run: makeRows },
    {
      name: 'alert to the bytes of its row',
      run: () => {
        for (const _ of makeRows().chunks());
      },
    },
  ];
  return paths.map((path) => ({ ...path, alerts: alerts.length }));
}

/** Has the feature stage make the feature file of a batch of these alerts. @returns its path */
export async function featureFileOf({ alerts, folder }: Input): Promise<string> {
  const paths = dataPaths(folder);
  mkdirSync(dirname(paths.batch(STEM)), { recursive: true });
  writeFileSync(paths.batch(STEM), `[${alerts.join(',')}]`);
  return (await makeFeatureFile(STEM, paths, undefined)).path;
}
