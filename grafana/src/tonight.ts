import { LIMITS } from './limits.js';
import { graph, number, table } from './panels.js';

const latency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(lvra_annotation_latency_seconds_bucket[$__rate_interval])))`;

/** Is it keeping up? */
export const tonight = {
  uid: 'lvra-tonight',
  file: 'tonight.json',
  title: 'Tonight',
  description: 'Is it keeping up? Green everywhere: nobody needs to look further.',
  rows: {
    'At 4 a.m.': [
      number({
        title: 'Since the last alert',
        description: 'Since the newest batch was registered. Hours at night: clouds at Rubin, Lasair, or the consumer.',
        unit: 's',
        queries: [{ expr: 'time() - max(lvra_last_alert_timestamp_seconds)' }],
        empty: 'no alert yet',
        width: 8,
      }),
      number({
        title: 'Oldest alert without its annotation',
        description:
          'Since Kafka had it, in whatever stage it waits. Seconds while all is well; an outage shows while it lasts.',
        unit: 's',
        queries: [{ expr: 'max by (vra) (lvra_oldest_unannotated_seconds)', legend: '{{vra}}' }],
        limit: { value: LIMITS.unannotatedSeconds.value, red: 'above' },
        empty: 'no service is up',
        width: 8,
      }),
      number({
        title: 'Replicas up, and expected',
        description:
          'Of all services, by Prometheus and by LVRA_…_REPLICAS. Fewer up than expected: docker compose ps.',
        unit: 'none',
        queries: [
          { expr: 'sum(up{job=~"consumer|feature|predict|annotate"})', legend: 'up' },
          { expr: 'sum(max by (service) (lvra_replicas_expected))', legend: 'expected' },
        ],
        empty: 'no service is up',
        width: 8,
      }),
    ],
    Now: [
      number({
        title: 'Alerts that fire',
        description: 'Above 0 somebody must act; the table below names them, docs/operations.md says what to do.',
        unit: 'none',
        queries: [{ expr: 'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)' }],
        limit: { value: 0, red: 'above' },
        width: 4,
      }),
      number({
        title: 'Alerts in tonight',
        description:
          'Registered since noon (UTC). Far below other nights: clouds at Rubin, or Lasair’s filter changed.',
        unit: 'short',
        queries: [{ expr: 'max(lvra_alerts_tonight)' }],
        width: 4,
      }),
      number({
        title: 'Annotated tonight',
        description:
          'Accepted by Lasair since noon (UTC). Below the alerts in by those without sources and superseded ones.',
        unit: 'short',
        queries: [{ expr: 'sum(max by (vra) (lvra_annotated_tonight))' }],
        width: 4,
      }),
      number({
        title: 'Late, last hour',
        description:
          'Share annotated more than 60 s after Kafka had it, or waiting for so long. At most 1 % over a month is the aim.',
        unit: 'percentunit',
        queries: [{ expr: 'sum(max by (vra) (lvra_late_alerts)) / clamp_min(sum(max by (vra) (lvra_due_alerts)), 1)' }],
        limit: { value: LIMITS.lateShare.value, red: 'above' },
        width: 4,
      }),
      number({
        title: 'Calls to Lasair left',
        description: 'Of this hour’s budget, shared by all replicas. At 0 annotating waits for the next hour.',
        unit: 'short',
        queries: [{ expr: 'min(lvra_lasair_calls_left)' }],
        limit: { value: LIMITS.callsLeft.value, red: 'below' },
        width: 4,
      }),
      number({
        title: 'Stems given up',
        description:
          'Dead after ten attempts: `lvra dead` says why, `lvra retry` tries again once the cause is mended.',
        unit: 'none',
        queries: [{ expr: 'sum(max by (stage, vra) (lvra_dead_stems))' }],
        limit: { value: LIMITS.deadStems.value, red: 'above' },
        width: 4,
      }),
    ],
    'Through the pipeline': [
      graph({
        title: 'Alerts in and out',
        description:
          'Alerts come in batches; over some minutes all lines have one mean while it keeps up. A stage that stays below: a backlog.',
        unit: 'cps',
        queries: [
          { expr: 'sum(rate(lvra_alerts_consumed_total[$__rate_interval]))', legend: 'in from Kafka' },
          { expr: 'sum by (stage) (rate(lvra_stage_rows_total[$__rate_interval]))', legend: '{{stage}}' },
        ],
        width: 12,
      }),
      graph({
        title: 'From Kafka to the accepted annotation',
        description:
          'A batch waits for its last alert, so the median is about half of batch_seconds and half a second more.',
        unit: 's',
        queries: [
          { expr: latency(0.5), legend: 'median' },
          { expr: latency(0.99), legend: '99 %' },
        ],
        limit: { value: LIMITS.latencySeconds.value, red: 'above' },
        width: 12,
      }),
      graph({
        title: 'Stems that wait, by stage',
        description: 'The stage with the highest line is the slow one: scale it. A flat line above 0: it is stuck.',
        unit: 'none',
        queries: [{ expr: 'max by (stage, vra) (lvra_pending_stems)', legend: '{{stage}} {{vra}}' }],
        width: 12,
      }),
      graph({
        title: 'Messages that wait in Kafka',
        description: 'Falling after a restart, near 0 otherwise. Growing: the consumer does not keep up.',
        unit: 'short',
        queries: [{ expr: 'sum(max by (topic, partition) (lvra_kafka_lag_messages))', legend: 'not registered yet' }],
        limit: { value: LIMITS.lagMessages.value, red: 'above' },
        width: 12,
      }),
    ],
    'What is red': [
      table({
        title: 'Firing alerts',
        description: 'page: act tonight; notice: it can wait for the morning. What to do is in docs/operations.md.',
        unit: 'none',
        queries: [{ expr: 'ALERTS{alertstate="firing",severity!="none"}' }],
        width: 24,
      }),
    ],
  },
};
