import { existsSync } from 'node:fs';
import type { Bus } from '@lvra/bus';
import type { Settings, VraSettings } from '@lvra/config';
import { messageOf, type Stage, UsageError } from '@lvra/core';
import { assertMovedAway, Ledger, type Lockable } from '@lvra/ledger';
import { type DataPaths, dataPaths, freeBytesOf } from '@lvra/store';
import { createLogger, type HealthServer, type Logger, logNameOf, Metrics, serveHealth } from '@lvra/telemetry';
import { DataFolder } from '../folder/data-folder.js';
import { takeLocks } from '../process/locks.js';
import { InHand } from '../stage/in-hand.js';
import { processName } from '../stage/process-identity.js';
import { StageRunner } from '../stage/runner.js';
import type { StageTask } from '../stage/task.js';
import { VERSION } from '../version.js';
import { LedgerGauges } from './ledger-gauges.js';

/** What all parts of one process share. */
export interface ServiceContext {
  readonly settings: Settings;
  readonly paths: DataPaths;
  readonly folder: DataFolder;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Names this process in the ledger. */
  readonly owner: string;
  readonly inHand: InHand;
  /** Closes the ledger and releases the locks. */
  close(): Promise<void>;
}

/** What a stage creates its task from. */
export interface StageSetup extends ServiceContext {
  readonly vra: VraSettings;
  readonly log: Logger;
}

/** Exported by every stage: turns settings into the plain options of its task. */
export type CreateTask = (setup: StageSetup) => StageTask;

/**
 * Opens the data folder for work and locks it. The folder must exist, so that a misspelt name is noticed; a missing
 * ledger is created.
 *
 * @param as the locks that this process needs, and its command for the lock files
 */
export async function openServiceContext(
  settings: Settings,
  as: { stages: readonly Lockable[]; mode: 'exclusive' | 'shared'; command: string },
): Promise<ServiceContext> {
  const paths = dataPaths(settings.dataRoot);
  if (!existsSync(paths.root)) {
    throw new UsageError(
      `there is no data folder at ${paths.root}: check LVRA_DATA_ROOT, or make it with \`lvra init\``,
    );
  }
  const locks = takeLocks(paths, as.stages, as.mode, as.command);
  const vras = settings.vras.map(({ modelName }) => modelName);
  assertMovedAway(paths.database, settings.ledger);
  const ledger = await Ledger.open(settings.ledger, vras, { create: true });
  try {
    await ledger.lock(as.stages, as.mode, as.command);
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const owner = processName();
  const metrics = new Metrics(owner);
  ledger.onWrite(({ ms }) => metrics.ledgerWrite.observe(ms / 1_000));
  const close = async () => {
    await ledger.close();
    locks.release();
  };
  try {
    const folder = await DataFolder.open(paths, ledger, { mayMark: true });
    return { settings, paths, folder, ledger, metrics, owner, inHand: new InHand(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A stage of a VRA, ready to run; it logs to the stage's own files. */
export function stageRunner(
  pipeline: ServiceContext,
  stage: Stage,
  createTask: CreateTask,
  vra: VraSettings,
  bus: Bus,
  logTo: { stdout: boolean },
): StageRunner {
  const { settings, paths, folder, ledger, metrics, owner, inHand } = pipeline;
  const name = vra.modelName;
  const log = createLogger(paths, logNameOf(stage, name), { ...logTo, level: settings.logLevel });
  metrics.beginStage(stage, name);
  const task = createTask({ ...pipeline, vra, log });
  return new StageRunner({ task, work: ledger.work(stage, name), folder, bus, log, metrics, owner, inHand });
}

/**
 * Serves /healthz, /readyz and /metrics on the port.
 *
 * @param name the name of this process in Prometheus
 * @throws UsageError if the port is not available
 */
export async function serveHealthOf(
  { settings, metrics, ledger, paths }: ServiceContext,
  port: number,
  name: string,
  { bus, notReady, log }: { bus: Bus; notReady: () => string[]; log: Logger },
): Promise<HealthServer> {
  const { service } = metrics;
  service.replicasExpected.set({ service: name }, settings.replicasExpected);
  service.info.set({ service: name, profile: settings.profile, version: VERSION }, 1);
  const ofLedger = new LedgerGauges(ledger, service, settings);
  // What cannot be asked has no value: if the ledger or the volume is not available, the other metrics are needed most.
  const tell = async (what: string, ask: () => void | Promise<void>, forget = () => {}) => {
    try {
      await ask();
    } catch (error) {
      forget();
      log.warn(`the metrics page has nothing of ${what}: ${messageOf(error)}`);
    }
  };
  const refresh = async () => {
    service.busConnected.set(bus.problem() === undefined ? 1 : 0);
    const depth = async () => service.setBus(await bus.depth());
    const room = async () => service.diskFree.set(await freeBytesOf(paths.root));
    await tell('the ledger', () => ofLedger.refresh());
    await tell('NATS', depth, () => service.setBus(undefined));
    await tell(paths.root, room, () => service.diskFree.remove());
  };
  try {
    return await serveHealth({ host: settings.healthHost, port, metrics, notReady, refresh });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}
