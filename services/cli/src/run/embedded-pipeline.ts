import { createTask as createAnnotateTask } from '@lvra/annotate';
import { type Bus, InProcessBus } from '@lvra/bus';
import { type Settings, stagesOf } from '@lvra/config';
import { type AlertConsumer, type AlertSource, consumerOf } from '@lvra/consumer';
import { messageOf, STAGES, type Stage, sleep } from '@lvra/core';
import { createThreadedTask as createFeatureTask } from '@lvra/feature';
import type { UnfinishedStem } from '@lvra/ledger';
import { createTask as createPredictTask } from '@lvra/predict';
import {
  clearLeftovers,
  ledgerWatch,
  notReady,
  openServiceContext,
  runAll,
  type ServiceContext,
  type StageRunner,
  serveHealthOf,
  stageRunner,
  startTempFileCleanup,
  tuneGarbageCollector,
  type Worker,
} from '@lvra/runtime';
import { createLogger, type HealthServer, logNameOf } from '@lvra/telemetry';
import { countsOf } from '../command-line/progress.js';

const CREATE_TASK = { feature: createFeatureTask, predict: createPredictTask, annotate: createAnnotateTask } as const;

/** Logs go to files: stdout belongs to the user. */
const LOG_TO = { stdout: false } as const;

/** The Python pipeline waits this long for another message before it ends its poll. */
const QUIET_MS = 20_000;

/** How long a run that must end waits for the group: the session of a consumer of the Python pipeline lasts 45 s. */
const HELD_UP_MS = 120_000;

/** How long a run that must end waits for a disk that takes no writes. */
const DISK_PATIENCE_MS = 20_000;

const loggerOf = ({ paths, settings }: ServiceContext, name: 'consumer' | 'run') =>
  createLogger(paths, logNameOf(name), { ...LOG_TO, level: settings.logLevel });

/**
 * All stages in one process: the code of the services, an in-memory bus, and an exclusive data folder.
 */
export class EmbeddedPipeline {
  /** Every stage of every VRA. */
  readonly stages: readonly (readonly [Stage, string])[];
  readonly #bus: Bus;
  readonly #consumer: AlertConsumer;
  /** For each VRA its stages, in the order of the flow. */
  readonly #chains: readonly (readonly StageRunner[])[];
  readonly #log;
  readonly #ledgerWatch;

  /**
   * @param command what the user calls this process
   * @param source of alerts, instead of that of the settings
   * @throws LockHeld if another process works on the data folder
   */
  static async open(settings: Settings, command: string, source?: AlertSource): Promise<EmbeddedPipeline> {
    tuneGarbageCollector();
    const stages = ['consumer', ...STAGES] as const;
    const pipeline = await openServiceContext(settings, { stages, mode: 'exclusive', command });
    const bus = new InProcessBus();
    const consumer = await consumerOf({ ...pipeline, bus, log: loggerOf(pipeline, 'consumer') }, source);
    return new EmbeddedPipeline(pipeline, bus, consumer);
  }

  private constructor(
    readonly pipeline: ServiceContext,
    bus: Bus,
    consumer: AlertConsumer,
  ) {
    const { settings } = pipeline;
    this.#bus = bus;
    this.#consumer = consumer;
    this.stages = stagesOf(settings);
    this.#log = loggerOf(pipeline, 'run');
    for (const warning of settings.warnings) this.#log.warn(warning);
    this.#ledgerWatch = ledgerWatch(pipeline.ledger, pipeline.folder);
    this.#chains = settings.vras.map((vra) =>
      STAGES.map((stage) => stageRunner(pipeline, stage, CREATE_TASK[stage], vra, bus, LOG_TO)),
    );
  }

  /**
   * Reads the source to its end and processes everything that is pending, once. Kafka's end is reached when nothing has
   * come for a while. A backfill is finished only if there is no source: new alerts must not wait for its end.
   *
   * @param quietMs how long nothing must have come to take it for Kafka's end, not counting the last batch
   * @returns the problems on the way
   */
  async drain(signal: AbortSignal, quietMs = QUIET_MS): Promise<string[]> {
    this.#log.info('run --once begins');
    const clearing = clearLeftovers(this.pipeline.paths, this.#log);
    const quiet = new AbortController();
    const ending = AbortSignal.any([signal, quiet.signal]);
    const consumed = this.#consumer.run(ending, DISK_PATIENCE_MS).then(() => undefined, messageOf);
    const ends: Promise<string | undefined>[] = [consumed];
    for (const chain of this.#chains) {
      let upstream: Promise<unknown> = consumed;
      for (const runner of chain) {
        const drained = runner.drain(upstream, signal, this.pipeline.settings.source === 'none');
        upstream = drained;
        ends.push(drained);
      }
    }
    let kafkaProblem: string | undefined;
    if (this.pipeline.settings.source === 'kafka') {
      await this.#waitUntilIdle(signal, quietMs + this.pipeline.settings.batchSeconds * 1_000);
      kafkaProblem = this.#consumer.notReady();
      quiet.abort();
    }
    const problems = [...(await Promise.all(ends)), kafkaProblem].filter((problem) => problem !== undefined);
    await clearing;
    this.#log.info({ problems }, 'run --once ends');
    return problems;
  }

  /** Waits until no batch has been registered for `quietMs`: then the source is empty. */
  async #waitUntilIdle(signal: AbortSignal, quietMs: number): Promise<void> {
    let { alerts } = await countsOf(this.pipeline.metrics);
    const begun = performance.now();
    let since = begun;
    while (!signal.aborted && performance.now() - since < quietMs) {
      await sleep(500, signal);
      const now = await countsOf(this.pipeline.metrics);
      const heldUp = this.#consumer.isHeldUp() && performance.now() - begun < HELD_UP_MS;
      if (now.alerts !== alerts || heldUp) since = performance.now();
      alerts = now.alerts;
    }
  }

  /**
   * Works until `signal` is aborted.
   *
   * @throws what a stage throws; the others are ended first
   */
  async run(signal: AbortSignal): Promise<void> {
    this.#log.info('run begins');
    const endClearing = startTempFileCleanup(this.pipeline.paths, this.#log);
    await runAll(this.#workers(), signal);
    await endClearing();
    this.#log.info('run ends');
  }

  /** Why stages do not work now, one line each. */
  notReady(): string[] {
    return notReady(this.#workers());
  }

  /** What no stage has done yet. */
  async unfinished(): Promise<UnfinishedStem[]> {
    const { overview } = this.pipeline.ledger;
    return (await Promise.all(this.stages.map(([stage, vra]) => overview.unfinished(stage, vra)))).flat();
  }

  /** Serves health and metrics if the settings name a port. */
  async serveHealth(): Promise<HealthServer | undefined> {
    const { settings } = this.pipeline;
    if (!settings.healthPort) return undefined;
    const parts = { bus: this.#bus, notReady: () => this.notReady(), log: this.#log };
    return serveHealthOf(this.pipeline, settings.healthPort, 'run', parts);
  }

  async close(): Promise<void> {
    await this.pipeline.close();
  }

  #workers(): Worker[] {
    return [this.#ledgerWatch, this.#consumer, ...this.#chains.flat()];
  }
}
