import { existsSync } from 'node:fs';
import type { Bus } from '../bus/bus.js';
import { messageOf, UsageError } from '../errors.js';
import { freeBytesOf } from '../free-bytes.js';
import { onWriteTransaction } from '../ledger/connection.js';
import { Ledger } from '../ledger/ledger.js';
import { type HealthServer, serveHealth } from '../observe/health.js';
import { createLogger, type Logger, logNameOf } from '../observe/log.js';
import { Metrics } from '../observe/metrics.js';
import { type DataPaths, dataPaths } from '../paths.js';
import type { Settings, VraSettings } from '../settings/settings.js';
import { InHand } from '../stage/in-hand.js';
import { processName } from '../stage/predecessor.js';
import { StageRunner } from '../stage/runner.js';
import type { StageTask } from '../stage/task.js';
import type { Stage } from '../stages.js';
import { LedgerGauges } from './ledger-gauges.js';
import { type Lockable, takeLocks } from './locks.js';
import { VERSION } from './version.js';

/** What everything in one process works with. */
export interface Pipeline {
  readonly settings: Settings;
  readonly paths: DataPaths;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Names this process in the ledger. */
  readonly owner: string;
  readonly inHand: InHand;
  /** Closes the ledger and lets go of the locks. */
  close(): void;
}

/** What a stage makes its task from. */
export interface StageSetup extends Pipeline {
  readonly vra: VraSettings;
  readonly log: Logger;
}

/** Every stage exports one of these: its settings to its plain options. */
export type CreateTask = (setup: StageSetup) => StageTask;

/**
 * Opens the data folder for work and keeps others off it. The folder must be there, so that a slip in its name is
 * noticed; a ledger that is missing in it is made.
 *
 * @param as what this process is: which locks it needs, and what a person calls it
 */
export function openPipeline(
  settings: Settings,
  as: { stages: readonly Lockable[]; mode: 'exclusive' | 'shared'; command: string },
): Pipeline {
  const paths = dataPaths(settings.dataRoot);
  if (!existsSync(paths.root)) {
    throw new UsageError(
      `there is no data folder at ${paths.root}: check LVRA_DATA_ROOT, or make it with \`lvra init\``,
    );
  }
  const locks = takeLocks(paths, as.stages, as.mode, as.command);
  const vras = settings.vras.map(({ modelName }) => modelName);
  const ledger = Ledger.open(paths.database, vras, { create: true });
  const owner = processName();
  const metrics = new Metrics(owner);
  onWriteTransaction(ledger.database, ({ ms }) => metrics.ledgerWrite.observe(ms / 1_000));
  const close = () => {
    ledger.close();
    locks.release();
  };
  return { settings, paths, ledger, metrics, owner, inHand: new InHand(), close };
}

/** A stage of a VRA, ready to run; it logs under the stage's own name. */
export function stageRunner(
  pipeline: Pipeline,
  stage: Stage,
  createTask: CreateTask,
  vra: VraSettings,
  bus: Bus,
  logTo: { stdout: boolean },
): StageRunner {
  const { settings, paths, ledger, metrics, owner, inHand } = pipeline;
  const name = vra.modelName;
  const log = createLogger(paths, logNameOf(stage, name), { ...logTo, level: settings.logLevel });
  metrics.beginStage(stage, name);
  const task = createTask({ ...pipeline, vra, log });
  return new StageRunner({ task, work: ledger.work(stage, name), bus, log, metrics, owner, inHand });
}

/**
 * Serves /healthz, /readyz and /metrics on the port.
 *
 * @param name what this process is to Prometheus
 * @throws UsageError where the port cannot be had
 */
export async function serveHealthOf(
  { settings, metrics, ledger, paths }: Pipeline,
  port: number,
  name: string,
  { bus, notReady, log }: { bus: Bus; notReady: () => string[]; log: Logger },
): Promise<HealthServer> {
  const { service } = metrics;
  service.replicasExpected.set({ service: name }, settings.replicasExpected);
  service.info.set({ service: name, profile: settings.profile, version: VERSION }, 1);
  const ofLedger = new LedgerGauges(ledger, service, settings);
  const refresh = async () => {
    service.busConnected.set(bus.problem() === undefined ? 1 : 0);
    // Where the ledger or the volume cannot be had, the other metrics are wanted most.
    try {
      ofLedger.refresh();
    } catch (error) {
      log.warn(`the metrics page has nothing of the ledger: ${messageOf(error)}`);
    }
    try {
      service.setBus(await bus.depth());
    } catch (error) {
      service.setBus(undefined);
      log.warn(`the metrics page has nothing of NATS: ${messageOf(error)}`);
    }
    try {
      service.diskFree.set(await freeBytesOf(paths.root));
    } catch (error) {
      service.diskFree.remove();
      log.warn(`the metrics page does not say how much room is left at ${paths.root}: ${messageOf(error)}`);
    }
  };
  try {
    return await serveHealth({ host: settings.healthHost, port, metrics, notReady, refresh });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}
