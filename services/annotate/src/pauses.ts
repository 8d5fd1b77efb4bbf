import { StagePaused } from '@lvra/shared/errors';
import { LONGEST_BACKOFF_MS } from '@lvra/shared/ledger/work';
import { STATUS } from '@lvra/shared/status';
import type { Verdict } from './answer.js';

/** Until a person acts, one call in this time is enough; it is also the first guess where Lasair names none. */
const PAUSE_MS = 15 * 60_000;

const minutes = (ms: number) => `${Math.ceil(ms / 60_000)} min`;

/** Where the answer concerns every call and not this one alone: the pause of the stage, in all replicas. */
export function pauseFor(
  verdict: Verdict,
  where: { endpoint: string; topic: string; tokenVariable: string; throttledBefore: number },
): StagePaused | undefined {
  const again = `trying again in ${minutes(PAUSE_MS)}`;
  const paused = (message: string) => new StagePaused(PAUSE_MS, STATUS.lasairRefused, message);
  switch (verdict.kind) {
    case 'token-refused':
      return paused(
        `Lasair refuses the token (${verdict.words}): put a valid one into ${where.tokenVariable}; ${again}`,
      );
    case 'annotator-refused':
      return paused(
        `Lasair refuses the annotator ${where.topic} (${verdict.words}): ` +
          `have it activated at Lasair for the token's owner, or correct the VRA's topic; ${again}`,
      );
    case 'not-lasair':
      return paused(`${where.endpoint} is not Lasair's API (${verdict.words}): correct the endpoint; ${again}`);
    case 'throttled':
      return throttled(verdict, where.throttledBefore);
    default:
      return undefined;
  }
}

/** Lasair counts refused calls too, so asking again early puts off the end of the refusal. */
function throttled({ words, retryAfterMs }: Verdict, throttledBefore: number): StagePaused {
  const waitMs = Math.min(retryAfterMs ?? PAUSE_MS * 2 ** throttledBefore, LONGEST_BACKOFF_MS);
  return new StagePaused(
    waitMs,
    undefined,
    `Lasair takes no more calls of this account for now (${words}); annotating goes on in ${minutes(waitMs)}. ` +
      'If it happens again, set a lower number of calls an hour',
  );
}

/** The hour's own budget is used up. */
export function budgetUsedUp(waitMs: number, callsPerHour: number): StagePaused {
  return new StagePaused(
    Math.min(waitMs, LONGEST_BACKOFF_MS),
    undefined,
    `the ${callsPerHour} calls to Lasair that an hour has are used up; annotating goes on in ${minutes(waitMs)}`,
  );
}
