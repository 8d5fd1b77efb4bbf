import type { CallEnd } from '@lvra/shared/ledger/annotations-reservations';

/** Lasair's two ways to take annotations: several in one call, or one. */
export type Method = 'annotatelist' | 'annotate';

/** An answer of Lasair's web server, whatever it says. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** What a call came to: what to do next, and what it means for the annotations of the call. */
export interface Verdict {
  readonly kind: /** Every annotation is taken. */
    | 'accepted'
    /** One of the annotations, or the only one, is refused; Lasair does not say which. */
    | 'item-refused'
    /** The annotator is refused, with whatever it sends: unknown, inactive, or somebody else's. */
    | 'annotator-refused'
    | 'token-refused'
    /** Too many calls in this hour. */
    | 'throttled'
    /** This Lasair takes no lists. */
    | 'no-lists'
    /** What answers there is not Lasair's API. */
    | 'not-lasair'
    /** It may work the next time. */
    | 'failed';
  readonly end: CallEnd;
  /** What Lasair said, for a person. */
  readonly words: string;
  /** How long Lasair asks to wait, ms. */
  readonly retryAfterMs?: number;
}

/**
 * What an answer means. Only a 200 whose body counts every annotation of the call is success: a proxy's page or a
 * half answer is none.
 *
 * @param count of annotations in the call
 * @param now ms since 1970, to read a date in Retry-After
 */
export function verdictOf(answer: Answer, method: Method, count: number, now: number): Verdict {
  const { status } = answer;
  const words = `HTTP ${status} ${excerpt(answer.body)}`.trim();
  if (status === 200) {
    if (isSuccess(answer.body, method, count)) return { kind: 'accepted', end: 'taken', words };
    return { kind: 'failed', end: 'unanswered', words: `${words}: this is no answer of Lasair's` };
  }
  if (status === 400) return verdictOfBadRequest(answer.body, count, words);
  if (status === 401 || status === 403) return { kind: 'token-refused', end: 'refused', words };
  if (status === 429) {
    const retryAfterMs = readRetryAfter(answer.retryAfter, now);
    return { kind: 'throttled', end: 'refused', words, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (method === 'annotatelist' && (status === 404 || status === 405))
    return { kind: 'no-lists', end: 'refused', words };
  if (status === 413) return { kind: 'item-refused', end: 'refused', words };
  if (status >= 500 || status === 408) return { kind: 'failed', end: 'unanswered', words };
  return { kind: 'not-lasair', end: 'refused', words };
}

/** In a list, the annotations before the one that was refused are taken; the answer does not say how many. */
function verdictOfBadRequest(body: string, count: number, words: string): Verdict {
  const error = readObject(body)?.error;
  const end = count > 1 ? 'refused-midway' : 'refused';
  if (typeof error === 'string' && error.startsWith('Annotator error:'))
    return { kind: 'annotator-refused', end, words };
  if (typeof error === 'string' && error.startsWith('Kafka production failed')) return { kind: 'failed', end, words };
  return { kind: 'item-refused', end, words };
}

function isSuccess(body: string, method: Method, count: number): boolean {
  const answer = readObject(body);
  return answer?.status === 'success' && (method === 'annotate' || answer.n === count);
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON, so not from Lasair: the caller tells by the missing members.
    return undefined;
  }
}

/** Seconds, or a date. */
function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^[0-9]{1,9}$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

const LONGEST_EXCERPT = 300;

/** The beginning of an answer on one line, without tags or anything that a terminal would obey. */
function excerpt(body: string): string {
  const line = body
    .slice(0, 4 * LONGEST_EXCERPT)
    .replace(/<[^>]*>|\p{C}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
