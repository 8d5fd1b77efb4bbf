import { UsageError } from '@lvra/core';
import { LedgerDamaged, LedgerNotReady, LedgerReplaced, LedgerUnavailable } from '@lvra/ledger';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that is not what was asked for: what happened, and what to do. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';

  constructor(
    readonly status: ContentfulStatusCode,
    /** In a few words, the same for all of its kind. */
    readonly title: string,
    /** What happened, and what to do next. */
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

export class NotFound extends Refusal {
  override readonly name = 'NotFound';

  constructor(detail: string) {
    super(404, 'Not found', detail);
  }
}

/** Whether the ledger cannot be read now: it passes, or somebody is told of it elsewhere. */
export function isOfLedger(error: unknown): boolean {
  return [LedgerUnavailable, LedgerNotReady, LedgerReplaced, LedgerDamaged].some((kind) => error instanceof kind);
}

/** What operations say of a thing that is not there. */
export async function orNotFound<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isOfOperations(error)) throw new NotFound(error.message);
    throw error;
  }
}

/** What operations say of a thing that cannot be asked so. */
export async function orRefused<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isOfOperations(error)) throw new Refusal(400, 'That cannot be asked', error.message);
    throw error;
  }
}

const isOfOperations = (error: unknown): error is UsageError => error instanceof UsageError && !isOfLedger(error);
