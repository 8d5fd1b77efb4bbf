import { styleText } from 'node:util';
import { escapeControl } from '@lvra/core';
import type { Metrics } from '@lvra/telemetry';
import cliProgress from 'cli-progress';
import { count, print, utc } from './output.js';

/** The progress of a run, in steps and as a text. */
export interface ProgressState {
  readonly stepsDone: number;
  readonly stepsLeft: number;
  readonly what: string;
}

/** What a run has done so far. */
export interface RunCounts {
  readonly alerts: number;
  readonly features: number;
  readonly scores: number;
  readonly annotations: number;
  /** A stem has one for each stage of each VRA. */
  readonly stepsDone: number;
}

/** Shows the progress of work: a bar on a terminal, lines anywhere else. */
export interface Progress {
  show(state: ProgressState): void;
  /** Prints a warning. */
  say(line: string): void;
  end(): void;
}

export function startProgress(): Progress {
  return process.stdout.isTTY ? new Bar() : new Lines();
}

class Bar implements Progress {
  readonly #bars = new cliProgress.MultiBar({
    stream: process.stdout,
    format: `{bar} {percentage}%  {what}`,
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 24,
    hideCursor: true,
    linewrap: false,
    fps: 5,
  });
  readonly #bar = this.#bars.create(1, 0, { what: '' });

  show({ stepsDone, stepsLeft, what }: ProgressState): void {
    // Without work there is no share to show; an empty bar shows that it waits.
    this.#bar.setTotal(Math.max(stepsDone + stepsLeft, 1));
    this.#bar.update(stepsDone, { what });
  }

  say(line: string): void {
    this.#bars.log(`${styleText('yellow', escapeControl(line))}\n`);
  }

  end(): void {
    this.#bars.stop();
  }
}

const A_LINE_EVERY_MS = 5_000;

class Lines implements Progress {
  #last = '';
  #at = Number.NEGATIVE_INFINITY;

  show({ what }: ProgressState): void {
    if (what === this.#last || performance.now() - this.#at < A_LINE_EVERY_MS) return;
    this.#last = what;
    this.#at = performance.now();
    print(`${utc(Date.now())}  ${what}`);
  }

  say(line: string): void {
    print(`${utc(Date.now())}  ${line}`);
  }

  end(): void {}
}

/** The counts of a run as a text. */
export function inWords({ alerts, features, scores, annotations }: RunCounts): string {
  return `${count(alerts)} alerts in, ${count(features)} with features, ${count(scores)} scored, ${count(annotations)} annotated`;
}

/** Reads the counters of a run. */
export async function countsOf(metrics: Metrics): Promise<RunCounts> {
  return {
    alerts: await sum(metrics.consumer.alertsConsumed),
    features: await sum(metrics.rows, { stage: 'feature' }),
    scores: await sum(metrics.rows, { stage: 'predict' }),
    annotations: await sum(metrics.rows, { stage: 'annotate' }),
    stepsDone: (await sum(metrics.stems)) - (await sum(metrics.stems, { outcome: 'failed' })),
  };
}

interface Counter {
  get(): Promise<{ values: { value: number; labels: Partial<Record<string, string | number>> }[] }>;
}

/** Adds up the values of a counter that have these labels. */
async function sum(counter: Counter, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const { values } = await counter.get();
  return values
    .filter((entry) => Object.entries(labels).every(([name, value]) => entry.labels[name] === value))
    .reduce((total, { value }) => total + value, 0);
}
