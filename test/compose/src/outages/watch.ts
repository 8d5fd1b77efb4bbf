import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Stack } from '../stack.js';
import { askTruth, type Truth } from './truth.js';

/** What one panel's queries answered; an empty list if they answered nothing. */
export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly values: readonly string[];
}

/** One sample of everything, taken within some seconds. */
export interface Look {
  /** Minutes since the outage began; below 0 before. */
  readonly minute: number;
  readonly truth: Truth;
  /** By the names of `CLAIMS`. */
  readonly claims: Readonly<Record<string, number | null>>;
  /** Firing alerts, with their labels. */
  readonly firing: readonly string[];
  readonly panels: readonly Panel[];
}

/** What dashboards and rules claim, of which the truth is known. */
export const CLAIMS: Readonly<Record<string, string>> = {
  'pending feature': 'max(lvra_pending_stems{stage="feature"})',
  'pending predict': 'max(lvra_pending_stems{stage="predict"})',
  'pending annotate': 'max(lvra_pending_stems{stage="annotate"})',
  'alerts tonight': 'max(lvra_alerts_tonight)',
  'annotated tonight': 'max(lvra_annotated_tonight)',
  'since the last alert': 'time() - max(lvra_last_alert_timestamp_seconds)',
  'oldest unannotated': 'max(lvra_oldest_unannotated_seconds)',
  // As the dashboards show it: nothing while Kafka cannot be asked.
  lag: 'sum(max by (topic, partition) (lvra_kafka_lag_messages) and max by (topic, partition) (lvra_kafka_lag_age_seconds) < 60)',
  'age of the lag': 'max(lvra_kafka_lag_age_seconds)',
  'services up': 'sum(up{job=~"consumer|feature|predict|annotate"})',
};

export async function look(stack: Stack, minute: number): Promise<Look> {
  const claims: Record<string, number | null> = {};
  for (const [name, expression] of Object.entries(CLAIMS)) {
    const [found] = await stack.query(expression);
    claims[name] = found === undefined ? null : Number(found.value[1]);
  }
  const truth = await askTruth(stack);
  const alerts = await stack.query('ALERTS{alertstate="firing",severity!="none"}');
  const firing = alerts.map(({ metric }) => [metric.alertname, metric.job ?? metric.stage].filter(Boolean).join(' '));
  return { minute, truth, claims, firing: [...new Set(firing)].sort(), panels: await lookAtPanels(stack) };
}

async function lookAtPanels(stack: Stack): Promise<Panel[]> {
  const folder = join(ROOT, 'grafana/dashboards');
  const panels: Panel[] = [];
  for (const file of readdirSync(folder)) {
    const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    for (const { title, targets = [] } of dashboard.panels) {
      const values: string[] = [];
      for (const { expr } of targets) {
        const found = await stack.query(expr.replaceAll('$__rate_interval', '1m').replaceAll('$vra', '.*'));
        values.push(...found.map(({ value }) => value[1]));
      }
      if (targets.length > 0) panels.push({ dashboard: file, title, values });
    }
  }
  return panels;
}
