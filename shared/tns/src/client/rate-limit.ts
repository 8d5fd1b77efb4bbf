/** Headers of a response, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** How long to wait if TNS defers a call without saying for how long: its usual period. */
const USUAL_WAIT_MS = 60_000;
/** A header of 0 s would make the same call fail again and again. */
const SHORTEST_WAIT_MS = 1_000;
/** A header that asks for more is ignored. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * How long to wait before the next call, ms: until the period is over if the response is a 429, or says that no call is
 * left (`x-rate-limit-remaining`, and seconds in `x-rate-limit-reset`).
 */
export function waitOf(status: number, headers: Headers): number {
  const isUsedUp = secondsOf(headers['x-rate-limit-remaining']) === 0;
  if (status !== 429 && !isUsedUp) return 0;
  const seconds = secondsOf(headers['x-rate-limit-reset']) ?? secondsOf(headers['retry-after']);
  if (seconds === undefined) return status === 429 ? USUAL_WAIT_MS : 0;
  return Math.min(Math.max(seconds * 1_000, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  const text = String(header ?? '').trim();
  return /^[0-9]{1,9}(\.[0-9]{1,9})?$/.test(text) ? Number(text) : undefined;
}
