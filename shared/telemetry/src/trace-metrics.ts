import { MetricGroup } from './metric-group.js';

/** Of a console that sends traces. */
export class TraceMetrics extends MetricGroup {
  readonly stems = this.counter(
    'lvra_trace_stems_total',
    'Stems whose trace was sent to otlp_endpoint, or dropped because the collector did not take it; no stage waits for it.',
    ['outcome'],
  );
}
