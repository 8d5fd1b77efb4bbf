export { DataFolder } from './folder/data-folder.js';
export { tuneGarbageCollector } from './process/gc-flags.js';
export { LOCK_FILES, takeLocks } from './process/locks.js';
export { EXIT, isProgram, runProgram } from './process/program.js';
export { clearLeftovers, startTempFileCleanup } from './process/temp-file-cleanup.js';
export { notReady, runAll, type Worker } from './process/workers.js';
export { isInBatch, pathInBatch, quarantineFile, readQuarantined } from './quarantine-file.js';
export { ledgerWatch } from './service/ledger-watch.js';
export { type ServiceParts, serve, serveStage } from './service/serve.js';
export {
  type CreateTask,
  openServiceContext,
  type ServiceContext,
  type StageSetup,
  serveHealthOf,
  stageRunner,
} from './service/service-context.js';
export { InHand } from './stage/in-hand.js';
export { processName } from './stage/process-identity.js';
export { StageRunner } from './stage/runner.js';
export { isStorageUnavailable } from './stage/storage-errors.js';
export type { StageReport, StageTask, StemContext } from './stage/task.js';
export { VERSION } from './version.js';
