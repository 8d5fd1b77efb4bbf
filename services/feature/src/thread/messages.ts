import { messageOf, type StatusCode, StemFailed } from '@lvra/core';
import { CannotWrite } from '@lvra/store';
import type { FeatureFileResult } from '../feature-stage.js';

/** What a thread that makes feature files is given. */
export interface ThreadData {
  readonly dataRoot: string;
  /** The name of a set of features. */
  readonly set: string;
}

export interface MakeRequest {
  readonly stem: string;
  readonly receivedMs: Float64Array | undefined;
  readonly wanted: ReadonlySet<string> | undefined;
}

/** Errors lose their class between threads; what the stage loop needs to decide is sent beside them. */
type Thrown =
  | { readonly failed: StatusCode; readonly message: string }
  | { readonly folder: string; readonly code: string; readonly message: string }
  | { readonly error: Error; readonly systemCode: string | undefined; readonly syscall: string | undefined };

export type MakeAnswer = { readonly made: FeatureFileResult } | Thrown;

/** An error in a form that can be sent to another thread. */
export function serializeError(error: unknown): Thrown {
  const message = messageOf(error);
  if (error instanceof StemFailed) return { failed: error.status, message };
  if (error instanceof CannotWrite) return { folder: error.folder, code: error.code, message };
  const { code: systemCode, syscall } = error as NodeJS.ErrnoException;
  return { error: error instanceof Error ? error : new Error(message), systemCode, syscall };
}

/** The error that was thrown in another thread. */
export function deserializeError(thrown: Thrown): Error {
  if ('failed' in thrown) return new StemFailed(thrown.failed, thrown.message);
  if ('folder' in thrown) return new CannotWrite(thrown.folder, thrown.code, thrown.message);
  const { error, systemCode, syscall } = thrown;
  return systemCode === undefined ? error : Object.assign(error, { code: systemCode, syscall });
}
