import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** A query, and the names of its series. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

export interface PanelOptions {
  readonly title: string;
  /** What to conclude from it. */
  readonly description: string;
  /** One of Grafana's names of units. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** The threshold of an alert: red above it, or below. */
  readonly limit?: { readonly value: number; readonly red: 'above' | 'below' };
  /** In columns of 24. */
  readonly width: number;
  /** The page of the console that shows what the number is made of. */
  readonly page?: string;
  /** Shown if there is no series. */
  readonly empty?: string;
}

/**
 * The lag by partition while it is known: a consumer measures it every ten seconds, and an old value would look
 * current.
 */
export const LAG =
  '(max by (topic, partition) (lvra_kafka_lag_messages) and max by (topic, partition) (lvra_kafka_lag_age_seconds) < 60)';

/** The VRAs chosen at the dashboard. */
export const CHOSEN = 'vra=~"$vra"';

export const SOURCE = { type: 'prometheus', uid: 'prometheus' };
const HEIGHT = { graph: 8, number: 4, table: 8 };

/** Lines over time. */
export function graph({
  title,
  description,
  unit,
  queries,
  limit,
  width,
  page,
  empty = 'nothing in this time',
}: PanelOptions): GraphBuilder {
  const builder = new GraphBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .height(HEIGHT.graph)
    .span(width)
    .min(0)
    .noValue(empty)
    .fillOpacity(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (limit) {
    builder
      .thresholds(thresholds(limit))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Line));
  }
  if (page !== undefined) builder.links([toConsole(page)]);
  for (const query of queries) builder.withTarget(ranged(query));
  return builder;
}

/** A bar for each night of two weeks, whatever time the dashboard shows. The queries are evaluated at midnight, UTC. */
export function nightly(options: PanelOptions): Builder<Panel> {
  return graph(options).drawStyle(GraphDrawStyle.Bars).fillOpacity(80).timeFrom('15d').interval('1d');
}

/** One number, as of now. */
export function number({
  title,
  description,
  unit,
  queries,
  limit,
  width,
  page,
  empty = 'nothing yet',
}: PanelOptions): Builder<Panel> {
  const builder = new StatBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .height(HEIGHT.number)
    .span(width)
    .noValue(empty)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .colorMode(limit ? BigValueColorMode.Background : BigValueColorMode.None);
  if (limit) builder.thresholds(thresholds(limit));
  if (page !== undefined) builder.links([toConsole(page)]);
  for (const query of queries) builder.withTarget(ranged(query));
  return builder;
}

/** A row for each series, as of now. */
export function table({ title, description, unit, queries, limit, width, page }: PanelOptions): Builder<Panel> {
  const builder = new TableBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .height(HEIGHT.table)
    .span(width)
    .noValue('none')
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: { excludeByName: { Time: true, __name__: true, alertstate: true } },
    });
  if (limit) builder.thresholds(thresholds(limit));
  if (page !== undefined) builder.links([toConsole(page)]);
  for (const { expr, legend = '' } of queries) {
    builder.withTarget(
      new DataqueryBuilder().expr(expr).legendFormat(legend).instant().format(PromQueryFormat.Table).datasource(SOURCE),
    );
  }
  return builder;
}

/** The variable `console` of each dashboard has its address. */
function toConsole(page: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder('In the console').type(DashboardLinkType.Link).url(`\${console}${page}`);
}

function ranged({ expr, legend = '' }: Query): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range().datasource(SOURCE);
}

function thresholds({ value, red }: NonNullable<PanelOptions['limit']>): ThresholdsConfigBuilder {
  const steps =
    red === 'above'
      ? [
          { value: null, color: 'green' },
          // Red above the limit, not at it.
          { value: value === 0 ? 1e-9 : value, color: 'red' },
        ]
      : [
          { value: null, color: 'red' },
          { value, color: 'green' },
        ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
