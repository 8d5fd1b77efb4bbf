import { LIMITS } from './limits.js';
import { CHOSEN, graph, LAG, nightly, number, table } from './panels.js';

const latency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(lvra_annotation_latency_seconds_bucket{${CHOSEN}}[$__rate_interval])))`;

/** A process that ended within the hour still counts, and so does its successor. */
const RESTARTS = `sum(clamp_min(
  count by (job) (count by (job, process) (last_over_time(process_start_time_seconds{job=~"consumer|feature|predict|annotate"}[1h])))
    - max by (job) (max_over_time(lvra_replicas_expected[1h])), 0))`;

/**
 * The greatest value between the noons before and after a midnight; without the first noon itself, whose last scrape
 * belongs to the previous night.
 */
const ofNight = (expr: string) => `max_over_time(${expr}[23h50m:10m] offset -12h)`;

/** Is it keeping up? */
export const tonight = {
  uid: 'lvra-tonight',
  file: 'tonight.json',
  title: 'Tonight',
  description: 'Is it keeping up? Green everywhere: no need to look further.',
  rows: {
    'At 4 a.m.': [
      number({
        title: 'Since the last alert',
        description: 'Since the newest batch was registered. Hours at night: clouds at Rubin, Lasair, or the consumer.',
        unit: 's',
        queries: [{ expr: 'time() - max(lvra_last_alert_timestamp_seconds)' }],
        empty: 'no alert yet',
        page: '/',
        width: 6,
      }),
      number({
        title: 'Oldest alert without its annotation',
        description: 'Since Kafka had it, in any stage. Seconds while all is well; an outage shows while it lasts.',
        unit: 's',
        queries: [{ expr: `max by (vra) (lvra_oldest_unannotated_seconds{${CHOSEN}})`, legend: '{{vra}}' }],
        limit: { value: LIMITS.unannotatedSeconds.value, red: 'above' },
        empty: 'no service is up',
        page: '/?only=pending',
        width: 6,
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
        width: 6,
      }),
      number({
        title: 'Restarts in the last hour',
        description:
          'Processes seen within the hour, minus the expected replicas. An upgrade counts too: see the marks.',
        unit: 'none',
        queries: [{ expr: RESTARTS }],
        empty: 'no service is up',
        width: 6,
      }),
    ],
    Now: [
      number({
        title: 'Firing alerts',
        description: 'Above 0 an operator must act; the table below names them; the link above says what to do.',
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
        queries: [{ expr: `sum(max by (vra) (lvra_annotated_tonight{${CHOSEN}}))` }],
        width: 4,
      }),
      number({
        title: 'Late, last hour',
        description:
          'Share annotated more than 60 s after Kafka had it, or still waiting after that. At most 1 % over a month is the aim.',
        unit: 'percentunit',
        queries: [
          {
            expr: `sum(max by (vra) (lvra_late_alerts{${CHOSEN}})) / clamp_min(sum(max by (vra) (lvra_due_alerts{${CHOSEN}})), 1)`,
          },
        ],
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
        title: 'Dead stems',
        description:
          'Dead after ten attempts: `lvra dead` says why, `lvra retry` retries them once the cause is fixed.',
        unit: 'none',
        queries: [{ expr: `sum(max by (stage, vra) (lvra_dead_stems{${CHOSEN}}))` }],
        limit: { value: LIMITS.deadStems.value, red: 'above' },
        page: '/?only=dead',
        width: 4,
      }),
    ],
    'Through the pipeline': [
      graph({
        title: 'Alerts in and out',
        description:
          'Alerts come in batches; over some minutes all lines have the same mean while it keeps up. A stage that stays below: a backlog.',
        unit: 'cps',
        queries: [
          { expr: 'sum(rate(lvra_alerts_consumed_total[$__rate_interval]))', legend: 'in from Kafka' },
          { expr: 'sum by (stage) (rate(lvra_stage_rows_total{of="night"}[$__rate_interval]))', legend: '{{stage}}' },
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
        title: 'Waiting stems, by stage',
        description: 'The stage with the highest line is the slow one: scale it. A flat line above 0: it is stuck.',
        unit: 'none',
        queries: [{ expr: `max by (stage, vra) (lvra_pending_stems{${CHOSEN}})`, legend: '{{stage}} {{vra}}' }],
        page: '/?only=pending',
        width: 12,
      }),
      graph({
        title: 'Messages waiting in Kafka',
        description:
          'Falling after a restart, near 0 otherwise. Growing: the consumer does not keep up. A gap: no consumer can reach Kafka.',
        unit: 'short',
        queries: [{ expr: `sum(${LAG})`, legend: 'not registered yet' }],
        empty: 'no consumer can reach Kafka',
        limit: { value: LIMITS.lagMessages.value, red: 'above' },
        width: 12,
      }),
    ],
    'Two weeks': [
      nightly({
        title: 'Night by night',
        description:
          'Registered and annotated from noon to noon (UTC), at the midnight between. A short bar: clouds, or an outage. One much below its neighbour: alerts without a score, or a fault.',
        unit: 'short',
        queries: [
          { expr: ofNight('max(lvra_alerts_tonight)'), legend: 'alerts in' },
          { expr: ofNight(`max by (vra) (lvra_annotated_tonight{${CHOSEN}})`), legend: 'annotated, {{vra}}' },
        ],
        empty: 'Prometheus has no midnight yet',
        width: 24,
      }),
    ],
    'What is red': [
      table({
        title: 'Firing alerts',
        description: 'page: act tonight; notice: it can wait for the morning. The link above says what to do.',
        unit: 'none',
        queries: [{ expr: 'ALERTS{alertstate="firing",severity!="none"}' }],
        width: 24,
      }),
    ],
  },
};
