import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { MARKS } from './marks.js';
import { models } from './models.js';
import { SOURCE } from './panels.js';
import { runbook } from './runbook.js';
import { stages } from './stages.js';
import { tonight } from './tonight.js';

/** A dashboard's definition: panels in rows. */
interface Written {
  readonly uid: string;
  readonly file: string;
  readonly title: string;
  readonly description: string;
  /** Panels by the title of their row. */
  readonly rows: Readonly<Record<string, readonly Builder<Panel>[]>>;
}

const DASHBOARDS: readonly Written[] = [tonight, stages, models, runbook];

const VRA = new QueryVariableBuilder('vra')
  .label('VRA')
  .datasource(SOURCE)
  .query('label_values(lvra_pending_stems, vra)')
  .refresh(VariableRefresh.OnTimeRangeChanged)
  .multi(true)
  .includeAll(true)
  .allValue('.*')
  .current({ text: ['All'], value: ['$__all'] });

/** Where people reach the console, which says it itself: another one for each server. */
const CONSOLE = new QueryVariableBuilder('console')
  .datasource(SOURCE)
  .query('label_values(lvra_console_address, url)')
  .refresh(VariableRefresh.OnDashboardLoad)
  .hide(VariableHide.HideVariable);

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
    .tooltip(DashboardCursorSync.Crosshair)
    .link(new DashboardLinkBuilder('What to do').type(DashboardLinkType.Link).url(`/d/${runbook.uid}`))
    .link(new DashboardLinkBuilder('Console').type(DashboardLinkType.Link).url(`\${console}/`))
    .link(
      new DashboardLinkBuilder('LVRA Stream')
        .type(DashboardLinkType.Dashboards)
        .tags(['lvra'])
        .keepTime(true)
        .includeVars(true),
    )
    .withVariable(CONSOLE);
  if (uid !== runbook.uid) builder.withVariable(VRA);
  for (const [row, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(row));
    for (const panel of panels) builder.withPanel(panel);
  }
  return { ...builder.build(), annotations: { list: MARKS } };
}
