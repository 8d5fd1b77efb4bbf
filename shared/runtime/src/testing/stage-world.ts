import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import { type Bus, InProcessBus, type StemMessage } from '@lvra/bus';
import { routeOf } from '@lvra/core';
import type { Ledger, WorkQueue } from '@lvra/ledger';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { type DataPaths, dataPaths } from '@lvra/store';
import { Metrics } from '@lvra/telemetry';
import pino from 'pino';
import { DataFolder } from '../folder/data-folder.js';
import { InHand } from '../stage/in-hand.js';
import { StageRunner } from '../stage/runner.js';
import type { StageReport, StageTask, StemContext } from '../stage/task.js';

/** Does one stem in a test: records it by itself, or throws. */
export type Perform = (stem: string, context: StemContext) => Promise<StageReport | undefined>;

/** A ledger, a bus and feature runners over tasks that a test makes up. */
export class StageWorld {
  readonly work: WorkQueue;
  readonly bus = new InProcessBus();
  readonly metrics = new Metrics();
  /** What was published, in order: subject and message. */
  readonly published: { subject: string; message: StemMessage }[] = [];
  /** Which stems were given to a task, by which owner, in order. */
  readonly performed: string[] = [];
  readonly logged: { level: string; msg: string; stem?: string }[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];

  private constructor(readonly ledger: Ledger) {
    this.work = ledger.work('feature', 'r0b');
  }

  /** Ends with the test. */
  static async create(t: TestContext): Promise<StageWorld> {
    let world: StageWorld | undefined;
    // Before the ledger's own, which closes it.
    t.after(() => world?.stop());
    world = new StageWorld(await newLedger(t));
    return world;
  }

  get paths(): DataPaths {
    return dataPaths(dirname(dirname(this.ledger.name)));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Records a stem as done; what most tasks do. */
  readonly record: Perform = async (stem) => {
    const settlement = { status: 1, now: Date.now(), durationMs: 1 } as const;
    const recorded = await this.ledger.results.recordFeatures(this.work, stem, [], [], settlement);
    return recorded ? { status: 1, rows: 7, path: `csv/${stem}.csv` } : undefined;
  };

  async add(...stems: string[]): Promise<void> {
    for (const stem of stems) await addStem(this.ledger, stem);
  }

  /** Stems that are done, to be done again by a backfill. */
  async addPast(...stems: string[]): Promise<void> {
    for (const stem of stems) await addStem(this.ledger, stem, 1, 1, 1);
    await this.ledger.backfill.ask(
      'r0b',
      stems.map((stem) => ({ stem, first: 'feature', last: 'feature' })),
    );
  }

  /** Whether these stems are done. */
  async areDone(...stems: string[]): Promise<boolean> {
    const statuses = await Promise.all(stems.map((stem) => this.work.status(stem)));
    return statuses.every((status) => status === 1);
  }

  /** Announces a stem as the consumer does. */
  announce(stem: string): Promise<void> {
    const subject = routeOf('feature', 'r0b').input(stem);
    return this.bus.publish(subject, { stem, count: 1, at: Date.now() });
  }

  runner(
    perform: Perform,
    options: {
      owner?: string;
      prepare?: () => Promise<void>;
      leaseMs?: number;
      sweepMs?: number;
      bus?: Bus;
      inHand?: InHand;
      folder?: DataFolder;
    } = {},
  ): StageRunner {
    const { owner = 'me', prepare, leaseMs, sweepMs, bus = this.bus, inHand = new InHand() } = options;
    const { folder = new DataFolder(this.paths, this.ledger) } = options;
    const task: StageTask = {
      stage: 'feature',
      vra: 'r0b',
      perform: (stem, context) => {
        this.performed.push(owner === 'me' ? stem : `${stem} ${owner}`);
        return perform(stem, context);
      },
      ...(prepare && { prepare }),
    };
    const log = pino(
      { level: 'debug', formatters: { level: (level) => ({ level }) } },
      { write: (line: string) => void this.logged.push(JSON.parse(line)) },
    );
    const publish: Bus['publish'] = (subject, message) => {
      this.published.push({ subject, message });
      return bus.publish(subject, message);
    };
    return new StageRunner({
      ...{
        task,
        work: this.work,
        folder,
        log,
        metrics: this.metrics,
        owner,
        inHand,
      },
      bus: {
        publish,
        subscribe: (route) => bus.subscribe(route),
        problem: () => bus.problem(),
        depth: () => bus.depth(),
        close: () => bus.close(),
      },
      ...(leaseMs === undefined ? {} : { leaseMs }),
      ...(sweepMs === undefined ? {} : { sweepMs }),
    });
  }

  /** Runs it until the test ends or `stop` is called. */
  start(runner: StageRunner): void {
    this.#running.push(runner.run(this.signal));
  }

  /** Ends the runners; rejects if one of them threw. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }
}

/** Waits until `what` is true; fails after a while, with what was waited for. */
export async function until(
  description: string,
  what: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${description}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
