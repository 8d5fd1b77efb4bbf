import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DiskWatch, watchDisk } from './disk.js';
import type { Batch } from './stages.js';
import { type OperationTimes, type Sample, type Spread, type Together, timesOf, togetherOf } from './times.js';
import type { Answer, Task } from './writer-main.js';

const WRITER = fileURLToPath(new URL('./writer-main.js', import.meta.url));
const ROLES = ['consumer', 'feature', 'predict', 'annotate'] as const;
const REPLICAS = 2;
/** Sweeps come once a minute and Prometheus every 15 s; here both come more often, to be seen at all. */
const LOOK_AROUND_MS = 5_000;
const DRAIN_MS = 60_000;
/** They come before those that are measured: a service that has run for a minute has compiled its code. */
const WARM_UP_STEMS = 20;

/** How much comes in. */
export interface Load {
  readonly alertsASecond: number;
  readonly alertsAStem: number;
  readonly seconds: number;
}

/** What eight writers took for it. */
export interface LoadResult extends Load {
  readonly stems: number;
  /** How long the last stems took to come through once nothing more came in. */
  readonly drainedSeconds: number;
  readonly operations: readonly OperationTimes[];
  readonly together: Together;
  /** A bare write and fsync beside them, ms. */
  readonly disk: Spread;
}

/**
 * Eight processes on one ledger, two a stage: batches come in at a rate, and go from stage to stage as they would over
 * the bus.
 *
 * @param filled numbers of stems from which on none was used, and how many stems and objects the ledger was filled with
 */
export async function measureWriters(
  path: string,
  load: Load,
  filled: { readonly stems: number; readonly objects: number },
): Promise<LoadResult> {
  const writers = ROLES.map((role) =>
    Array.from({ length: REPLICAS }, (_, replica) => new Writer(path, ROLES.indexOf(role) * REPLICAS + replica, role)),
  );
  const all = writers.flat();
  let through = 0;
  let looking: NodeJS.Timeout | undefined;
  let disk: DiskWatch | undefined;
  try {
    await Promise.all(all.map(({ ready }) => ready));
    const send = (step: number, task: Task & { kind: 'batch' }) => {
      const replicas = writers[step] as Writer[];
      // Of those that have as little to do, each in its turn: all eight are to write.
      const next = replicas[task.batch.number % REPLICAS] as Writer;
      replicas.reduce((best, writer) => (writer.waiting < best.waiting ? writer : best), next).give(task);
    };
    writers.forEach((replicas, step) => {
      for (const writer of replicas) {
        writer.done = (stem, batch) => {
          if (step === ROLES.length - 1) through++;
          else send(step + 1, { kind: 'batch', batch, stem });
        };
      }
    });
    const stems = Math.max(Math.round((load.alertsASecond * load.seconds) / load.alertsAStem), 1);
    const everyMs = (load.alertsAStem / load.alertsASecond) * 1_000;
    const bringThrough = async (first: number, end: number) => {
      const begun = performance.now();
      for (let stem = first; stem < end; stem++) {
        await sleep(Math.max(begun + (stem - first) * everyMs - performance.now(), 0));
        const batch: Batch = { number: filled.stems + stem, alerts: load.alertsAStem, objects: filled.objects };
        send(0, { kind: 'batch', batch });
      }
      const sent = performance.now();
      while (through < end) {
        if (performance.now() - sent > DRAIN_MS) throw new Error(`${end - through} of ${end} stems never came through`);
        const failed = all.find(({ failure }) => failure !== undefined);
        if (failed) throw new Error(`a writer ended: ${failed.failure}`);
        await sleep(20);
      }
      return (performance.now() - sent) / 1_000;
    };
    looking = setInterval(() => {
      for (const writer of all) writer.give({ kind: 'look-around' });
    }, LOOK_AROUND_MS);
    disk = await watchDisk(`${path}-disk`);
    await bringThrough(0, WARM_UP_STEMS);
    for (const writer of all) writer.give({ kind: 'warmed-up' });
    const drainedSeconds = await bringThrough(WARM_UP_STEMS, WARM_UP_STEMS + stems);
    const samples = (await Promise.all(all.map((writer) => writer.end()))).flat();
    return {
      ...{ ...load, stems, drainedSeconds, disk: disk.spread() },
      ...{ operations: timesOf(samples), together: togetherOf(samples) },
    };
  } finally {
    clearInterval(looking);
    await disk?.end();
    for (const writer of all) writer.kill();
  }
}

/** One of the processes. */
class Writer {
  readonly ready: Promise<void>;
  done: (stem: string, batch: Batch) => void = () => {};
  /** Why it ended before it was told to. */
  failure: string | undefined;
  waiting = 0;
  readonly #child: ChildProcess;
  readonly #samples: Promise<readonly Sample[]>;

  constructor(path: string, number: number, role: string) {
    this.#child = fork(WRITER, [path, String(number), role], { serialization: 'advanced' });
    const failed = new Promise<never>((_, reject) => {
      this.#child.once('exit', (code, signal) => {
        if (code === 0) return;
        this.failure = `${role} with ${signal ?? code}`;
        reject(new Error(`a writer ended: ${this.failure}`));
      });
    });
    failed.catch(() => {
      // Whoever waits for an answer hears of it; so does the loop that waits for stems.
    });
    this.ready = Promise.race([failed, this.#answer('ready').then(() => undefined)]);
    this.#samples = Promise.race([failed, this.#answer('samples').then(({ samples }) => samples)]);
    this.#child.on('message', (answer: Answer) => {
      if (answer.kind !== 'done') return;
      this.waiting--;
      this.done(answer.stem, answer.batch);
    });
  }

  #answer<Kind extends Answer['kind']>(kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    return new Promise((resolve) => {
      this.#child.on('message', (answer: Answer) => {
        if (answer.kind === kind) resolve(answer as Extract<Answer, { kind: Kind }>);
      });
    });
  }

  give(task: Task): void {
    if (task.kind === 'batch') this.waiting++;
    this.#child.send(task);
  }

  end(): Promise<readonly Sample[]> {
    this.give({ kind: 'end' });
    return this.#samples;
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}
