import { AlertView, readAlert } from '@lvra/feature/alert';
import { featureSet } from '@lvra/feature/feature-sets';
import { thresholdFlags } from '@lvra/feature/thresholds';
import { JsonCursor } from '@lvra/shared/json/cursor';
import type { HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';

/** One alert to the places of its values, and on to its row of a feature file; without the file. */
export function featurePaths({ name, alerts }: Input): HotPaths {
  const cursor = new JsonCursor();
  const view = new AlertView();
  const set = featureSet();
  const of = { group: 'features', input: name, alerts: alerts.length } as const;
  return {
    paths: [
      {
        ...of,
        name: 'alert to the places of its values',
        run: () => {
          for (const bytes of alerts) readAlert(cursor.reset(bytes), bytes, view);
        },
      },
      {
        ...of,
        name: 'alert to its row of all features',
        run: () => {
          const rows = set.begin();
          alerts.forEach((bytes, position) => {
            readAlert(cursor.reset(bytes), bytes, view);
            if (!view.hasAlert) return;
            const { fluxes, times, latest } = view;
            rows.add(view, position, thresholdFlags(fluxes, times, times[latest] as number));
          });
        },
      },
    ],
  };
}
