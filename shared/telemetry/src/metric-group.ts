import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Metrics of one registry, each a field: its name, its help, which says what to conclude from it, and its labels. */
export class MetricGroup {
  readonly registry: Registry;

  constructor(registry: Registry) {
    this.registry = registry;
  }

  protected counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  protected gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  protected histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });
  }
}
