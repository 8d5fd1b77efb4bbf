import { MetricGroup } from './metric-group.js';

/** Of the console alone. */
export class ConsoleMetrics extends MetricGroup {
  readonly requests = this.histogram(
    'lvra_console_request_seconds',
    'Time from a request to its answer, by route. A page takes some hundredths of a second; seconds mean a slow disk, a busy server or a question that needs another index.',
    [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    ['route', 'status'],
  );
  readonly address = this.gauge(
    'lvra_console_address',
    '1; the label says where people reach the console, for links to it.',
    ['url'],
  );
}
