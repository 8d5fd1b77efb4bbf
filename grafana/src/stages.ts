import { LIMITS } from './limits.js';
import { graph } from './panels.js';

const SERVICES = 'job=~"consumer|feature|predict|annotate"';

/** Where does the time go, and whose fault is it? */
export const stages = {
  uid: 'lvra-stages',
  file: 'stages.json',
  title: 'Stages',
  description: 'Rate, errors, duration and saturation of each stage and replica.',
  rows: {
    'Rate and errors': [
      graph({
        title: 'Stems done',
        description: 'All stages at one rate: it flows. One below the others: the rest of its stems wait before it.',
        unit: 'cps',
        queries: [
          {
            expr: 'sum by (stage, vra) (rate(lvra_stems_total{outcome=~"done|partial"}[$__rate_interval]))',
            legend: '{{stage}} {{vra}}',
          },
        ],
        width: 12,
      }),
      graph({
        title: 'Stems that came to another end',
        description: 'Single failures are tried again. A steady line: `lvra stem` of one of them says what it met.',
        unit: 'cps',
        queries: [
          {
            expr: 'sum by (stage, outcome) (rate(lvra_stems_total{outcome!~"done|partial"}[$__rate_interval]))',
            legend: '{{stage}} {{outcome}}',
          },
        ],
        width: 12,
      }),
      graph({
        title: 'Quarantined in the last hour',
        description: 'By reason. More than a few: the form of the alerts changed. `lvra quarantine list` shows them.',
        unit: 'short',
        queries: [
          {
            expr: 'sum by (stage, reason) (increase(lvra_quarantined_alerts_total[1h]))',
            legend: '{{stage}} {{reason}}',
          },
        ],
        limit: { value: LIMITS.quarantinedAnHour.value, red: 'above' },
        width: 12,
      }),
      graph({
        title: 'Calls to Lasair, by answer',
        description:
          '200 alone is well. 429: the budget is too large for the account. 401 or 400: see the log of annotate.',
        unit: 'cps',
        queries: [{ expr: 'sum by (status) (rate(lvra_lasair_calls_total[$__rate_interval]))', legend: '{{status}}' }],
        width: 12,
      }),
    ],
    Duration: [
      graph({
        title: 'A stem’s time in a stage, 99 %',
        description: 'Near the time between two stems, the stage needs another replica: docker compose up -d --scale.',
        unit: 's',
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (le, stage) (rate(lvra_stage_duration_seconds_bucket{outcome=~"done|partial"}[$__rate_interval])))',
            legend: '{{stage}}',
          },
        ],
        width: 12,
      }),
      graph({
        title: 'Writes to the ledger, 99 %',
        description: 'Milliseconds. Rising in all stages at once: a slow disk, or somebody who holds log.db locked.',
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
        description: '1 is a core in full, which is all that one replica can use.',
        unit: 'none',
        queries: [
          { expr: `rate(process_cpu_seconds_total{${SERVICES}}[$__rate_interval])`, legend: '{{job}} {{instance}}' },
        ],
        width: 8,
      }),
      graph({
        title: 'Memory, by replica',
        description: 'Flat, whatever the load. A line that climbs all night ends at the limit of the container.',
        unit: 'bytes',
        queries: [{ expr: `process_resident_memory_bytes{${SERVICES}}`, legend: '{{job}} {{instance}}' }],
        width: 8,
      }),
      graph({
        title: 'Event loop lag, 99 %',
        description: 'Above a second, health checks and NATS wait: work that should be cut into pieces.',
        unit: 's',
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${SERVICES}}`, legend: '{{job}} {{instance}}' }],
        width: 8,
      }),
      graph({
        title: 'Kafka lag, by partition',
        description: 'One partition above the others: its messages are large, or its broker is slow.',
        unit: 'short',
        queries: [{ expr: 'max by (topic, partition) (lvra_kafka_lag_messages)', legend: '{{topic}} {{partition}}' }],
        width: 8,
      }),
      graph({
        title: 'NATS',
        description: '1 while connected. At 0 the stages go on by the sweep, each up to a minute late.',
        unit: 'none',
        queries: [{ expr: 'min by (job) (lvra_bus_connected)', legend: '{{job}}' }],
        width: 8,
      }),
      graph({
        title: 'Room on the data volume',
        description: 'A straight line down ends where it points: clear away old nights in time.',
        unit: 'bytes',
        queries: [
          { expr: 'min(lvra_disk_free_bytes)', legend: 'free' },
          { expr: 'max(lvra_ledger_wal_bytes)', legend: 'log.db-wal' },
        ],
        width: 8,
      }),
    ],
  },
};
