import { readdirSync, readFileSync } from 'node:fs';
import type { Service } from '@lvra/test-servers/service';

/** What one service takes at one moment. */
export interface Sample {
  /** Since the begin of the soak. */
  readonly seconds: number;
  /** Of the process as a whole. */
  readonly rssMegabytes: number;
  /** JavaScript's objects and the buffers that they hold, with what became garbage since the last collection. */
  readonly heldMegabytes: number;
  readonly handles: number;
  /** The mean time of a write transaction since the sample before, ms; NaN if there was none. */
  readonly writeMs: number;
  readonly walMegabytes: number;
}

/** Takes samples of one service, through /proc and its own metrics. */
export class Sampler {
  readonly samples: Sample[] = [];
  #sum = 0;
  #count = 0;

  constructor(readonly service: Service) {}

  async take(seconds: number): Promise<void> {
    const { pid } = this.service;
    const rss = /^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const metrics = await this.service.metrics();
    const value = (name: string) => Number(new RegExp(`^${name}\\{.*\\} (\\S+)`, 'm').exec(metrics)?.[1] ?? Number.NaN);
    const sum = value('lvra_ledger_write_seconds_sum');
    const count = value('lvra_ledger_write_seconds_count');
    this.samples.push({
      seconds,
      rssMegabytes: Number(rss) / 1024,
      heldMegabytes: (value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes')) / 1e6,
      handles: readdirSync(`/proc/${pid}/fd`).length,
      writeMs: (1000 * (sum - this.#sum)) / (count - this.#count),
      walMegabytes: value('lvra_ledger_wal_bytes') / 1e6,
    });
    this.#sum = sum;
    this.#count = count;
  }
}

type Of = 'mean' | 'most' | 'least';
type Figure = Exclude<keyof Sample, 'seconds'>;

/**
 * How much the last third may have over the middle one; the first third is warming up. A busy machine is slow at times:
 * what grows outgrows that, since the load is the same all the time.
 *
 * What a leak of objects or buffers leaves behind is in the least that is held, soon after a collection (collecting.ts
 * sees to those). The whole process has more, and takes it in steps: V8 gives its young generation three spaces of up to
 * 16 MB each when it sees fit, which may be at any minute. A leak outside V8 (SQLite, onnxruntime) outgrows those.
 */
const ALLOWED: Record<Figure, { readonly factor: number; readonly more: number; readonly of: Of }> = {
  rssMegabytes: { factor: 1.1, more: 48, of: 'mean' },
  heldMegabytes: { factor: 1.1, more: 4, of: 'least' },
  handles: { factor: 1, more: 5, of: 'most' },
  writeMs: { factor: 1.25, more: 5, of: 'mean' },
  walMegabytes: { factor: 1.25, more: 4, of: 'most' },
};

export interface Trend {
  readonly figure: Figure;
  readonly middle: number;
  readonly last: number;
  readonly isFlat: boolean;
}

/** Whether each figure of a service is flat: its last third held against its middle one. */
export function trendsOf(samples: readonly Sample[]): Trend[] {
  const third = Math.floor(samples.length / 3);
  return (Object.keys(ALLOWED) as Figure[]).map((figure) => {
    const { factor, more, of } = ALLOWED[figure];
    const over = (part: readonly Sample[]) => {
      const values = part.map((sample) => sample[figure]).filter((value) => !Number.isNaN(value));
      if (of === 'most') return Math.max(...values);
      if (of === 'least') return Math.min(...values);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const middle = over(samples.slice(third, 2 * third));
    const last = over(samples.slice(2 * third));
    return { figure, middle, last, isFlat: last <= middle * factor + more };
  });
}
