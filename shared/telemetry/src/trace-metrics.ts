import { MetricGroup } from './metric-group.js';

/** Of a console that sends traces. */
export class TraceMetrics extends MetricGroup {
  readonly stems = this.counter(
    'lvra_trace_stems_total',
    'Stems whose trace was sent to otlp_endpoint, or dropped because the collector did not take it; no stage waits for it.',
    ['outcome'],
  );

  /** A console begins to send: what is 0 so far is there, so that a rise from it is seen. */
  begin(): this {
    for (const outcome of ['sent', 'dropped']) this.stems.inc({ outcome }, 0);
    return this;
  }
}
