import type { Bus } from '../bus/bus.js';
import { NatsBus } from '../bus/nats.js';
import { UsageError } from '../errors.js';
import { type HealthServer, serveHealth } from '../observe/health.js';
import { createLogger, type Logger, logNameOf } from '../observe/log.js';
import type { Settings } from '../settings/settings.js';
import { STAGES, type Stage } from '../stages.js';
import { type CreateTask, openPipeline, type Pipeline, refreshGauges, stageRunner, vrasOf } from './pipeline.js';
import { stopSignal } from './shutdown.js';

/** Four services of one machine must not ask for the same port. */
const HEALTH_PORT: Readonly<Record<Stage | 'consumer', number>> = {
  consumer: 9464,
  feature: 9465,
  predict: 9466,
  annotate: 9467,
};

/** How long a message stays with a silent replica before another gets it; as long as a claim in the ledger. */
const ACK_WAIT_MS = 30_000;

/** One loop of a service. */
export interface Worker {
  run(signal: AbortSignal): Promise<unknown>;
  /** Why it cannot work now; undefined while it can. */
  notReady(): string | undefined;
}

export interface ServiceParts extends Pipeline {
  readonly bus: Bus;
  readonly log: Logger;
}

/** Runs the service of one stage, for all VRAs or for one, until SIGTERM or SIGINT. */
export function serveStage(stage: Stage, createTask: CreateTask, settings: Settings, vra?: string): Promise<void> {
  const vras = vrasOf(stage, settings, vra);
  if (vras.length === 0) throw new UsageError('no VRA is to be annotated: ANNOTATE is no in the file of each');
  return serve(stage, settings, (parts) =>
    vras.map((settingsOfVra) => stageRunner(parts, stage, createTask, settingsOfVra, parts.bus, { stdout: true })),
  );
}

/**
 * Runs a service until SIGTERM or SIGINT: opens what it works with, keeps embedded runs and the Python cron job off,
 * answers for its health, and ends in order.
 *
 * @throws what a worker throws; the others are ended first
 */
export async function serve(
  name: Stage | 'consumer',
  settings: Settings,
  makeWorkers: (parts: ServiceParts) => Worker[],
): Promise<void> {
  const pipeline = openPipeline(settings, { stages: [name], mode: 'shared', command: `lvra start ${name}` });
  const { paths } = pipeline;
  const log = createLogger(paths, logNameOf(name === 'consumer' ? 'consumer' : 'run'), {
    stdout: true,
    level: settings.logLevel,
  });
  for (const warning of settings.warnings) log.warn(warning);
  const bus = new NatsBus({
    servers: settings.natsServer.join(','),
    user: settings.natsUser,
    password: settings.natsPassword,
    name: `lvra-${name}`,
    ackWaitMs: ACK_WAIT_MS,
    onStatus: (status) => log.info(status),
  });
  const workers = makeWorkers({ ...pipeline, bus, log });
  const failure = new AbortController();
  const signal = AbortSignal.any([stopSignal((by) => log.info(`${name} stops: ${by}`)), failure.signal]);
  const health = await startHealth(name, pipeline, bus, () =>
    signal.aborted ? ['stopping'] : workers.flatMap((worker) => worker.notReady() ?? []),
  );
  log.info({ dataRoot: paths.root, profile: settings.profile, healthPort: health?.port }, `${name} starts`);
  try {
    await allOrNone(workers, signal, failure);
  } finally {
    await bus.close();
    await health?.close();
    pipeline.close();
  }
}

/** Runs the workers until the signal; where one throws, the others are ended first. */
async function allOrNone(workers: readonly Worker[], signal: AbortSignal, failure: AbortController): Promise<void> {
  const running = workers.map((worker) =>
    worker.run(signal).catch((error) => {
      failure.abort();
      throw error;
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}

async function startHealth(
  name: Stage | 'consumer',
  pipeline: Pipeline,
  bus: Bus,
  notReady: () => string[],
): Promise<HealthServer | undefined> {
  const { settings, metrics } = pipeline;
  const port = settings.healthPort ?? HEALTH_PORT[name];
  if (port === 0) return undefined;
  const stages = STAGES.filter((stage) => stage === name).flatMap((stage) =>
    vrasOf(stage, settings).map(({ modelName }) => [stage, modelName] as const),
  );
  const refresh = () => {
    metrics.busConnected.set(bus.trouble() === undefined ? 1 : 0);
    refreshGauges(pipeline, stages);
  };
  return serveHealth({ host: settings.healthHost, port, metrics, notReady, refresh });
}
