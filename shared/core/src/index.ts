export { backoffMs } from './backoff.js';
export { type Checksum, checksumOf } from './checksum.js';
export {
  AlertRejected,
  LockHeld,
  messageOf,
  QUARANTINE_REASONS,
  type QuarantineReason,
  RetryLater,
  StageMisconfigured,
  StagePaused,
  StemFailed,
  UsageError,
} from './errors.js';
export { HttpClient, NoAnswer } from './http-client.js';
export { parseId } from './names/ids.js';
export { isLabel, isPerson } from './names/labels.js';
export {
  type LedgerAddress,
  type LedgerServer,
  type LedgerTls,
  nameOfLedgerServer,
  parseLedgerServer,
  type ServerNames,
} from './names/ledger-address.js';
export { type Route, routeOf } from './names/routes.js';
export { DOWNSTREAM, STAGES, type Stage, UPSTREAM } from './names/stages.js';
export { instantOfStem, isStem, nextStem, nightOf, stemOf } from './names/stem.js';
export {
  DEFAULT_PREFIX,
  isNatsPrefix,
  isVraName,
  type NatsNames,
  natsNames,
  type StreamName,
  stemOfSubject,
  subjects,
} from './names/subjects.js';
export { pythonFloat } from './python-float.js';
export { quantile } from './quantile.js';
export { hashed, Random } from './random.js';
export { shortDecimal } from './short-decimal.js';
export { stopSignal } from './shutdown.js';
export { isDone, STATUS, type StatusCode, statusMeaning } from './status.js';
export { escapeControl, escapeControlLines } from './terminal.js';
export { nightBegan } from './time/night.js';
export { blockingSleep, sleep } from './time/sleep.js';
export { mjdTaiOf, utcMsOf } from './time/tai.js';
