import { backoffMs } from '@lvra/shared/backoff';
import { RetryLater, StagePaused } from '@lvra/shared/errors';
import type { CallsLeft } from '@lvra/shared/ledger/annotations-budget';
import { LONGEST_BACKOFF_MS } from '@lvra/shared/ledger/work';
import { STATUS } from '@lvra/shared/status';
import type { Verdict } from './answer.js';

/** Until a person acts, one call in this time is enough; it is also the first guess where Lasair names none. */
const PAUSE_MS = 15 * 60_000;

const minutes = (ms: number) => `${Math.ceil(ms / 60_000)} min`;

/**
 * Where the answer concerns every call and not this one alone: the pause of the stage, in all replicas.
 *
 * @param where `waitsBefore` counts the answers in a row, before this one, that asked to wait
 */
export function pauseFor(
  verdict: Verdict,
  where: { endpoint: string; topic: string; tokenFrom: string; waitsBefore: number },
): StagePaused | undefined {
  const again = `trying again in ${minutes(PAUSE_MS)}`;
  const paused = (message: string) => new StagePaused(PAUSE_MS, STATUS.lasairRefused, message);
  switch (verdict.kind) {
    case 'token-refused':
      return paused(`Lasair refuses the token (${verdict.words}): put a valid one into ${where.tokenFrom}; ${again}`);
    case 'annotator-refused':
      return paused(
        `Lasair refuses the annotator ${where.topic} (${verdict.words}): ` +
          `have it activated at Lasair for the token's owner, or correct the VRA's topic; ${again}`,
      );
    case 'not-lasair':
      return paused(`${where.endpoint} is not Lasair's API (${verdict.words}): correct the endpoint; ${again}`);
    case 'throttled':
      return throttled(verdict, where.waitsBefore);
    case 'failed':
      return verdict.retryAfterMs === undefined ? undefined : unavailable(verdict, where.waitsBefore);
    default:
      return undefined;
  }
}

/** Lasair counts refused calls too, so asking again early puts off the end of the refusal. */
function throttled(verdict: Verdict, waitsBefore: number): StagePaused {
  const waitMs = askedToWait(verdict, waitsBefore) ?? doubled(PAUSE_MS, waitsBefore);
  return new StagePaused(
    waitMs,
    undefined,
    `Lasair takes no more calls of this account for now (${verdict.words}); annotating goes on in ${minutes(waitMs)}. ` +
      'If it happens again, set a lower number of calls an hour',
  );
}

/** A server that is not up to it for now says when to come again. */
function unavailable(verdict: Verdict, waitsBefore: number): StagePaused {
  const waitMs = askedToWait(verdict, waitsBefore) as number;
  return new StagePaused(
    waitMs,
    undefined,
    `Lasair is unavailable (${verdict.words}) and asks to wait; annotating goes on in ${minutes(waitMs)}`,
  );
}

/** Each answer in a row that asks to wait is given twice the time at least: one that always asks for a second gets no storm. */
function askedToWait({ retryAfterMs }: Verdict, waitsBefore: number): number | undefined {
  if (retryAfterMs === undefined) return undefined;
  return Math.min(Math.max(retryAfterMs, doubled(1_000, waitsBefore)), LONGEST_BACKOFF_MS);
}

/** Nothing of it at random: the pause is the stage's, so its replicas end it together anyway. */
function doubled(firstMs: number, waitsBefore: number): number {
  return backoffMs({ firstMs, longestMs: LONGEST_BACKOFF_MS, jitter: 0 }, waitsBefore + 1);
}

/** How often to look for new alerts while the older ones wait for the next calls. */
const LOOK_FOR_NEW_MS = 10_000;

/** The hour's own budget is used up, or what is left of it is for new alerts. */
export function budgetUsedUp({ left, waitMs }: CallsLeft, callsPerHour: number): StagePaused {
  if (left > 0) {
    return new StagePaused(
      Math.min(waitMs, LOOK_FOR_NEW_MS),
      undefined,
      `the last ${left} of the ${callsPerHour} calls to Lasair that an hour has are for new alerts; older ones wait for ${minutes(waitMs)}`,
    );
  }
  return new StagePaused(
    Math.min(waitMs, LONGEST_BACKOFF_MS),
    undefined,
    `the ${callsPerHour} calls to Lasair that an hour has are used up; annotating goes on in ${minutes(waitMs)}`,
  );
}

/** What is left of the hour's calls is for the stems of the night. */
export function backfillWaits({ left, waitMs }: CallsLeft): RetryLater {
  return new RetryLater(
    waitMs,
    `of the hour's calls to Lasair ${left} are left, and those are for stems of the night; the backfill waits for ${minutes(waitMs)}`,
  );
}
