import { LIMITS } from './limits.js';
import { CHOSEN, graph, LAG, number } from './panels.js';

const SERVICES = 'job=~"consumer|feature|predict|annotate"';

/** Where is the time spent, and which stage is the cause? */
export const stages = {
  uid: 'lvra-stages',
  file: 'stages.json',
  title: 'Stages',
  description: 'Rate, errors, duration and saturation of each stage and replica.',
  rows: {
    'Rate and errors': [
      graph({
        title: 'Stems done',
        description: 'All stages at one rate: all is well. One below the others: its stems pile up.',
        unit: 'cps',
        queries: [
          {
            expr: `sum by (stage, vra) (rate(lvra_stems_total{${CHOSEN},of="night",outcome=~"done|partial"}[$__rate_interval]))`,
            legend: '{{stage}} {{vra}}',
          },
        ],
        width: 12,
      }),
      graph({
        title: 'Stems not done',
        description: 'Single failures are retried. A steady line: `lvra stem` of one of them shows its error.',
        unit: 'cps',
        queries: [
          {
            expr: `sum by (stage, outcome) (rate(lvra_stems_total{${CHOSEN},of="night",outcome!~"done|partial"}[$__rate_interval]))`,
            legend: '{{stage}} {{outcome}}',
          },
        ],
        page: '/?only=failed',
        width: 12,
      }),
      graph({
        title: 'Quarantined in the last hour',
        description: 'By reason. More than a few: the format of the alerts changed. `lvra quarantine list` shows them.',
        unit: 'short',
        queries: [
          {
            expr: 'sum by (stage, reason) (increase(lvra_quarantined_alerts_total[1h]))',
            legend: '{{stage}} {{reason}}',
          },
        ],
        limit: { value: LIMITS.quarantinedAnHour.value, red: 'above' },
        page: '/quarantine',
        width: 12,
      }),
      graph({
        title: 'Calls to Lasair, by response',
        description:
          'Only 200 is good. 429: the budget is too large for the account. 401 or 400: see the log of annotate.',
        unit: 'cps',
        queries: [{ expr: 'sum by (status) (rate(lvra_lasair_calls_total[$__rate_interval]))', legend: '{{status}}' }],
        width: 12,
      }),
    ],
    Duration: [
      graph({
        title: 'A stem’s time in a stage, 99 %',
        description: 'Near the time between two stems, the stage needs another replica: LVRA_…_REPLICAS in .env.',
        unit: 's',
        queries: [
          {
            expr: `histogram_quantile(0.99, sum by (le, stage) (rate(lvra_stage_duration_seconds_bucket{${CHOSEN},outcome=~"done|partial"}[$__rate_interval])))`,
            legend: '{{stage}}',
          },
        ],
        width: 12,
      }),
      graph({
        title: 'Writes to the ledger, 99 %',
        description:
          'Milliseconds. Rising in all stages at once: a slow disk, or another program that holds a lock on log.db.',
        unit: 's',
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (le, job) (rate(lvra_ledger_write_seconds_bucket[$__rate_interval])))',
            legend: '{{job}}',
          },
        ],
        limit: { value: LIMITS.ledgerSeconds.value, red: 'above' },
        width: 12,
      }),
    ],
    Saturation: [
      graph({
        title: 'CPU, by replica',
        description: '1 is a whole core. At its limit a container is throttled: add a replica, or raise the limit.',
        unit: 'none',
        queries: [
          { expr: `rate(process_cpu_seconds_total{${SERVICES}}[$__rate_interval])`, legend: '{{job}} {{instance}}' },
          { expr: 'max by (job) (lvra_cpu_limit_cores)', legend: '{{job}}: limit' },
        ],
        width: 8,
      }),
      graph({
        title: 'Memory, by replica',
        description: 'Flat at any load. A line that climbs all night ends at the limit of the container.',
        unit: 'bytes',
        queries: [
          { expr: `process_resident_memory_bytes{${SERVICES}}`, legend: '{{job}} {{instance}}' },
          { expr: 'max by (job) (lvra_memory_limit_bytes)', legend: '{{job}}: limit' },
        ],
        width: 8,
      }),
      graph({
        title: 'Event loop lag, 99 %',
        description:
          '0.1 s, the time between two samples, is idle. Above a second, health checks and NATS wait: work that should be cut into pieces.',
        unit: 's',
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${SERVICES}}`, legend: '{{job}} {{instance}}' }],
        width: 8,
      }),
      graph({
        title: 'Kafka lag, by partition',
        description:
          'One partition above the others: its messages are large, or its broker is slow. A gap: no consumer can reach Kafka.',
        unit: 'short',
        queries: [{ expr: LAG, legend: '{{topic}} {{partition}}' }],
        empty: 'no consumer can reach Kafka',
        width: 8,
      }),
      graph({
        title: 'Messages at NATS',
        description:
          'Waiting grows while stems wait and the stage is up: it no longer listens. Redelivered for long: a replica ended within a stem.',
        unit: 'short',
        queries: [
          { expr: 'max by (queue) (lvra_bus_waiting_messages)', legend: '{{queue}} waiting' },
          { expr: 'max by (queue) (lvra_bus_unacknowledged_messages)', legend: '{{queue}} in progress' },
          { expr: 'max by (queue) (lvra_bus_redelivered_messages)', legend: '{{queue}} redelivered' },
        ],
        empty: 'no service is connected to NATS',
        width: 8,
      }),
      graph({
        title: 'NATS storage',
        description:
          'About 200 bytes a stem that is not done. The limit is 1 GB (deploy/nats); the sweep does not need it.',
        unit: 'bytes',
        queries: [{ expr: 'max(lvra_bus_stored_bytes)', legend: 'on its disk' }],
        empty: 'no service is connected to NATS',
        width: 8,
      }),
      graph({
        title: 'NATS',
        description: '1 while connected. At 0 the stages work by the sweep, each up to two seconds late.',
        unit: 'none',
        queries: [{ expr: 'min by (job) (lvra_bus_connected)', legend: '{{job}}' }],
        width: 8,
      }),
      graph({
        title: 'Free space on the data volume',
        description: 'A straight line down shows when the volume is full: prune old nights in time.',
        unit: 'bytes',
        queries: [
          { expr: 'min(lvra_disk_free_bytes)', legend: 'free' },
          { expr: 'max(lvra_ledger_wal_bytes)', legend: 'log.db-wal' },
        ],
        width: 8,
      }),
    ],
    'Past nights': [
      graph({
        title: 'Stems that a backfill has left',
        description:
          'Falls while no newer stem waits. Flat in a quiet hour: `lvra status` says how far it is, `lvra dead` what failed.',
        unit: 'none',
        queries: [{ expr: `max by (stage, vra) (lvra_backfill_stems{${CHOSEN}})`, legend: '{{stage}} {{vra}}' }],
        width: 12,
      }),
      graph({
        title: 'Stems of a backfill, by outcome',
        description: 'Failed ones are retried as those of the night are, and raise no alert.',
        unit: 'cps',
        queries: [
          {
            expr: `sum by (stage, vra, outcome) (rate(lvra_stems_total{${CHOSEN},of="backfill"}[$__rate_interval]))`,
            legend: '{{stage}} {{vra}} {{outcome}}',
          },
        ],
        width: 12,
      }),
    ],
    'Who watches': [
      graph({
        title: 'Failures of Prometheus and Alertmanager, last hour',
        description:
          'Notifications: a receiver rejects them, and alerts are not delivered (make alert-test). Evaluations: a rule is wrong.',
        unit: 'none',
        queries: [
          {
            expr: 'sum by (integration) (increase(alertmanager_notifications_failed_total[1h]))',
            legend: 'notifications, {{integration}}',
          },
          { expr: 'sum(increase(prometheus_rule_evaluation_failures_total[1h]))', legend: 'evaluations of rules' },
          {
            expr: 'sum(increase(prometheus_notifications_dropped_total[1h]))',
            legend: 'alerts that did not reach Alertmanager',
          },
        ],
        width: 16,
      }),
      number({
        title: 'Rules and receivers match the files',
        description:
          '1: the last reload succeeded. 0: a file is wrong, and the previous one is still used (make up says why).',
        unit: 'none',
        queries: [
          { expr: 'min(prometheus_config_last_reload_successful)', legend: 'rules' },
          { expr: 'min(alertmanager_config_last_reload_successful)', legend: 'receivers' },
        ],
        limit: { value: 1, red: 'below' },
        width: 8,
      }),
    ],
  },
};
