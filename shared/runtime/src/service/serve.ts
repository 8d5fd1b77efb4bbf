import { hostname } from 'node:os';
import { type Bus, NatsBus } from '@lvra/bus';
import { type Settings, vraOf } from '@lvra/config';
import { type Stage, stopSignal } from '@lvra/core';
import { createLogger, type HealthServer, type Logger, logNameOf } from '@lvra/telemetry';
import { tuneGarbageCollector } from '../process/gc-flags.js';
import { profileOnSignal } from '../process/profiling.js';
import { startTempFileCleanup } from '../process/temp-file-cleanup.js';
import { notReady, runAll, type Worker } from '../process/workers.js';
import { ledgerWatch } from './ledger-watch.js';
import {
  type CreateTask,
  openServiceContext,
  type ServiceContext,
  serveHealthOf,
  stageRunner,
} from './service-context.js';

/** The services of one machine need different ports. */
const HEALTH_PORT: Readonly<Record<Stage | 'consumer', number>> = {
  consumer: 9464,
  feature: 9465,
  predict: 9466,
  annotate: 9467,
};

/** How long a message stays with a silent replica before another gets it; the same as a lease in the ledger. */
const ACK_WAIT_MS = 30_000;

export interface ServiceParts extends ServiceContext {
  readonly bus: Bus;
  readonly log: Logger;
}

/** Runs the service of one stage, for all VRAs or for one, until SIGTERM or SIGINT. */
export async function serveStage(
  stage: Stage,
  createTask: CreateTask,
  settings: Settings,
  vra?: string,
): Promise<void> {
  const vras = vra === undefined ? settings.vras : [vraOf(settings, vra)];
  return serve(stage, settings, (parts) =>
    vras.map((settingsOfVra) => stageRunner(parts, stage, createTask, settingsOfVra, parts.bus, { stdout: true })),
  );
}

/**
 * Runs a service until SIGTERM or SIGINT: opens and locks the data folder, serves health and metrics, and shuts down in
 * order.
 *
 * @throws what a worker throws, after the others have ended
 */
export async function serve(
  name: Stage | 'consumer',
  settings: Settings,
  makeWorkers: (parts: ServiceParts) => Worker[] | Promise<Worker[]>,
): Promise<void> {
  tuneGarbageCollector();
  const pipeline = await openServiceContext(settings, {
    stages: [name],
    mode: 'shared',
    command: `lvra start ${name}`,
  });
  const { paths } = pipeline;
  const log = createLogger(paths, logNameOf(name === 'consumer' ? 'consumer' : 'run'), {
    stdout: true,
    level: settings.logLevel,
  });
  for (const warning of settings.warnings) log.warn(warning);
  const bus = new NatsBus({
    ...settings.nats,
    name: `lvra-${name}`,
    dataFolder: { data_folder: pipeline.ledger.id, where: `${paths.root} on ${hostname()}` },
    ackWaitMs: ACK_WAIT_MS,
    onStatus: (status) => log.info(status),
    onProblem: (problem) => log.warn(problem),
  });
  const endClearing = startTempFileCleanup(paths, log);
  const endProfiling = profileOnSignal(paths, name, log);
  let health: HealthServer | undefined;
  try {
    // The error of the first is reported: if the ledger is gone, that is why the others ended.
    const workers = [ledgerWatch(pipeline.ledger, pipeline.folder), ...(await makeWorkers({ ...pipeline, bus, log }))];
    const signal = stopSignal((by) => log.info(`${name} stops: ${by}`));
    const port = settings.healthPort ?? HEALTH_PORT[name];
    if (port !== 0)
      health = await serveHealthOf(pipeline, port, name, {
        notReady: () => (signal.aborted ? ['stopping'] : notReady(workers)),
        ...{ bus, log },
      });
    log.info({ dataRoot: paths.root, profile: settings.profile, healthPort: health?.port }, `${name} starts`);
    await runAll(workers, signal);
  } finally {
    await bus.close();
    await health?.close();
    await endClearing();
    endProfiling();
    await pipeline.close();
  }
}
