import { backoffMs, RetryLater, STATUS, StagePaused } from '@lvra/core';
import { type CallsLeft, LONGEST_BACKOFF_MS } from '@lvra/ledger';
import type { CallResult } from '../lasair/response.js';

/** One call in this time is enough until an operator acts; also the first pause if Lasair asks for none. */
const PAUSE_MS = 15 * 60_000;

const minutes = (ms: number) => `${Math.ceil(ms / 60_000)} min`;

/**
 * The pause of the stage, in all replicas, if the response concerns every call and not this one alone.
 *
 * @param where `waitsBefore` counts the answers in a row, before this one, that asked to wait
 */
export function pauseFor(
  result: CallResult,
  where: { endpoint: string; topic: string; tokenFrom: string; waitsBefore: number },
): StagePaused | undefined {
  const again = `trying again in ${minutes(PAUSE_MS)}`;
  const paused = (message: string) => new StagePaused(PAUSE_MS, STATUS.lasairRefused, message);
  switch (result.kind) {
    case 'token-refused':
      return paused(`Lasair refuses the token (${result.message}): put a valid one into ${where.tokenFrom}; ${again}`);
    case 'annotator-refused':
      return paused(
        `Lasair refuses the annotator ${where.topic} (${result.message}): ` +
          `have it activated at Lasair for the token's owner, or correct the VRA's topic; ${again}`,
      );
    case 'not-lasair':
      return paused(`${where.endpoint} is not Lasair's API (${result.message}): correct the endpoint; ${again}`);
    case 'throttled':
      return throttled(result, where.waitsBefore);
    case 'failed':
      return result.retryAfterMs === undefined ? undefined : unavailable(result, where.waitsBefore);
    default:
      return undefined;
  }
}

/** Lasair counts refused calls too, so asking early prolongs the refusal. */
function throttled(result: CallResult, waitsBefore: number): StagePaused {
  const waitMs = askedToWait(result, waitsBefore) ?? doubled(PAUSE_MS, waitsBefore);
  return new StagePaused(
    waitMs,
    undefined,
    `Lasair takes no more calls of this account for now (${result.message}); annotating resumes in ${minutes(waitMs)}. ` +
      'If it happens again, set a lower number of calls an hour',
  );
}

/** An overloaded server says when to try again. */
function unavailable(result: CallResult, waitsBefore: number): StagePaused {
  const waitMs = askedToWait(result, waitsBefore) as number;
  return new StagePaused(
    waitMs,
    undefined,
    `Lasair is unavailable (${result.message}) and asks to wait; annotating resumes in ${minutes(waitMs)}`,
  );
}

/** At least doubled with each such response in a row, so that a server that always asks for a second gets no storm. */
function askedToWait({ retryAfterMs }: CallResult, waitsBefore: number): number | undefined {
  if (retryAfterMs === undefined) return undefined;
  return Math.min(Math.max(retryAfterMs, doubled(1_000, waitsBefore)), LONGEST_BACKOFF_MS);
}

/** Without jitter: the pause is the stage's, so its replicas end it together anyway. */
function doubled(firstMs: number, waitsBefore: number): number {
  return backoffMs({ firstMs, longestMs: LONGEST_BACKOFF_MS, jitter: 0 }, waitsBefore + 1);
}

/** How often to check for new alerts while the older ones wait for the next calls. */
const CHECK_FOR_NEW_MS = 10_000;

/** The hour's own budget is used up, or what is left of it is for new alerts. */
export function budgetUsedUp({ left, waitMs }: CallsLeft, callsPerHour: number): StagePaused {
  if (left > 0) {
    return new StagePaused(
      Math.min(waitMs, CHECK_FOR_NEW_MS),
      undefined,
      `the last ${left} of the ${callsPerHour} calls to Lasair per hour are kept for new alerts; older ones wait for ${minutes(waitMs)}`,
    );
  }
  return new StagePaused(
    Math.min(waitMs, LONGEST_BACKOFF_MS),
    undefined,
    `the ${callsPerHour} calls to Lasair per hour are used up; annotating resumes in ${minutes(waitMs)}`,
  );
}

/** The hour's remaining calls are kept for stems of the night. */
export function backfillWaits({ left, waitMs }: CallsLeft): RetryLater {
  return new RetryLater(
    waitMs,
    `the last ${left} calls to Lasair of this hour are kept for stems of the night; the backfill waits for ${minutes(waitMs)}`,
  );
}
