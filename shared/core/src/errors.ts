import type { StatusCode } from './status.js';

/**
 * What a stage may throw. The type alone decides what happens next.
 * Any other error is a bug: the stem fails with status 99.
 */

/** Give up on this stem for now: its status is written, and it is retried a few times. */
export class StemFailed extends Error {
  override readonly name = 'StemFailed';
  constructor(
    readonly status: StatusCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nothing is wrong with the stem: it is requeued for `delayMs`. Costs no attempt. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  constructor(
    readonly delayMs: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The whole stage waits, in every replica, because Lasair asks for it. Costs no attempt. */
export class StagePaused extends Error {
  override readonly name = 'StagePaused';
  constructor(
    readonly delayMs: number,
    /** Written to the current stem so that an operator sees why it waits; undefined leaves it as it is. */
    readonly status: StatusCode | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The stage cannot work until an operator fixes the settings or the deployment; it reports not ready. */
export class StageMisconfigured extends Error {
  override readonly name = 'StageMisconfigured';
  constructor(
    readonly status: StatusCode | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One alert is unusable: it goes to quarantine with its bytes, and the batch continues. */
export class AlertRejected extends Error {
  override readonly name = 'AlertRejected';
  constructor(
    /** For the metric's label and for grep. */
    readonly reason: QuarantineReason,
    message: string,
  ) {
    super(message);
  }
}

/** Why an alert may be in quarantine; a fixed set, because it labels a metric. */
export const QUARANTINE_REASONS = [
  'not_json',
  'not_utf8',
  'too_large',
  'too_deep',
  'no_dia_object_id',
  'no_sources',
  'source_incomplete',
  'ids_disagree',
  'not_a_number',
  'not_avro',
  'schema_unknown',
  'no_score',
  'batch_too_large',
  'batch_damaged',
] as const;

export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Another process holds a lock that excludes this one; exit code 3. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
}

/** A setting, an option or a path that the operator must change; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
