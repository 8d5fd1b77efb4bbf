import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { models } from './models.js';
import { stages } from './stages.js';
import { tonight } from './tonight.js';

/** A dashboard as it is written here: panels in rows. */
interface Written {
  readonly uid: string;
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly rows: Readonly<Record<string, readonly Builder<Panel>[]>>;
}

const DASHBOARDS: readonly Written[] = [tonight, stages, models];

/** @returns the JSON that Grafana is provisioned with, by file name */
export function dashboards(): Map<string, string> {
  return new Map(DASHBOARDS.map((written) => [written.file, `${JSON.stringify(build(written), null, 2)}\n`]));
}

function build({ uid, title, description, rows }: Written) {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['lvra'])
    .timezone('utc')
    .readonly()
    .refresh('30s')
    .time({ from: 'now-12h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair);
  for (const [row, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(row));
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder.build();
}
