import type { CallEnd } from '@lvra/shared/ledger/annotations-reservations';
import { retryAfterMs } from './retry-after.js';

/** Lasair's two ways to take annotations: several in one call, or one. */
export type Method = 'annotatelist' | 'annotate';

/** An answer of whatever web server is at the endpoint, whatever it says. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Where a redirect leads, if it is one: an address, or a path. */
  readonly location?: string | undefined;
  readonly body: string;
}

/** What a call came to: what to do next, and what it means for the annotations of the call. */
export interface Verdict {
  readonly kind: /** Every annotation is taken. */
    | 'accepted'
    /** One of the annotations, or the only one, is refused; Lasair does not say which. */
    | 'item-refused'
    /** The annotator is refused, with whatever it sends: unknown, inactive, or another account's. */
    | 'annotator-refused'
    | 'token-refused'
    /** Too many calls in this hour. */
    | 'throttled'
    /** This Lasair takes no lists. */
    | 'no-lists'
    /** The call has more bytes than what is in front of Lasair lets through. */
    | 'too-long'
    /** What answers there is not Lasair's API. */
    | 'not-lasair'
    /** It may work the next time. */
    | 'failed';
  readonly end: CallEnd;
  /** What Lasair said, for an operator. */
  readonly words: string;
  /** How long the server asks to wait, ms. */
  readonly retryAfterMs?: number;
  /** Lasair failed on what it was given: where it does so again and again, one annotation may be what it fails on. */
  readonly mayBeAnItem?: true;
}

/**
 * What an answer means. Each is taken for what it is, not for its status alone: Lasair's own JSON about an annotation,
 * its own JSON about the call, or something else, as a proxy's page. Only a 200 that counts every annotation of the call
 * is success, and only JSON that names a field of an annotation says that an annotation is at fault.
 *
 * @param call the method, how many annotations were sent, and the address that was called
 * @param now ms since 1970, to read a date in Retry-After
 */
export function verdictOf(
  answer: Answer,
  call: { readonly method: Method; readonly count: number; readonly url: string },
  now: number,
): Verdict {
  const verdict = meaningOf(answer, call);
  const waitMs = retryAfterMs(answer.retryAfter, now);
  return waitMs === undefined ? verdict : { ...verdict, retryAfterMs: waitMs };
}

function meaningOf(answer: Answer, { method, count, url }: Parameters<typeof verdictOf>[1]): Verdict {
  const { status, body } = answer;
  const words = `HTTP ${status} ${excerpt(body)}`.trim();
  const json = readObject(body);
  const stranger: Verdict = { kind: 'failed', end: 'unanswered', words: `${words}: this is no answer of Lasair's` };
  if (status === 200) return isSuccess(json, method, count) ? { kind: 'accepted', end: 'taken', words } : stranger;
  if (status === 400) return json ? (refusalIn(json, count, words) ?? stranger) : stranger;
  if (status === 401 || status === 403)
    return typeof json?.detail === 'string' ? { kind: 'token-refused', end: 'refused', words } : stranger;
  if (status === 429) return { kind: 'throttled', end: 'refused', words };
  if (method === 'annotatelist' && (status === 404 || status === 405))
    return { kind: 'no-lists', end: 'refused', words };
  if (status === 413) return { kind: 'too-long', end: 'refused', words };
  if (status === 500) return { kind: 'failed', end: 'unanswered', words, mayBeAnItem: true };
  // 502, 503 and 504 come from what is in front of Lasair, whatever was sent.
  if (status > 500 || status === 408) return { kind: 'failed', end: 'unanswered', words };
  if (answer.location !== undefined) return meaningOfRedirect(status, answer.location, url);
  return { kind: 'not-lasair', end: 'refused', words };
}

/** What a 400 of Lasair's own says; undefined for JSON that is not Lasair's. */
function refusalIn(json: Record<string, unknown>, count: number, words: string): Verdict | undefined {
  // In a list, the annotations before the one that was refused are taken; the answer does not say how many.
  const end = count > 1 ? 'refused-midway' : 'refused';
  if (namesField(json)) return { kind: 'item-refused', end, words };
  const { error, detail } = json;
  if (typeof error === 'string' && error.startsWith('Annotator error:'))
    return { kind: 'annotator-refused', end, words };
  if (typeof error === 'string' && error.startsWith('Kafka production failed')) return { kind: 'failed', end, words };
  if (typeof detail === 'string' || isTexts(json.annotations) || isTexts(json.non_field_errors))
    return { kind: 'failed', end: 'refused', words: `${words}: Lasair could not read the call as a whole` };
  return undefined;
}

/** The fields of an annotation that the serializer may find fault with. */
const FIELDS = ['objectId', 'topic', 'classification', 'version', 'explanation', 'classdict', 'url'];

function namesField(json: Record<string, unknown>): boolean {
  return FIELDS.some((name) => isTexts(json[name]));
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string');
}

/**
 * A server that has moved for good sends the same call to another address: the setting is wrong. Anything else is a
 * detour: Lasair under maintenance answers 302 to its status page.
 */
function meaningOfRedirect(status: number, location: string, url: string): Verdict {
  const from = new URL(url);
  const to = URL.canParse(location, url) ? new URL(location, url) : undefined;
  const words = `HTTP ${status} to ${excerpt(to?.href ?? location)}`;
  const hasMoved = (status === 301 || status === 308) && to?.pathname === from.pathname && to.origin !== from.origin;
  if (hasMoved) return { kind: 'not-lasair', end: 'refused', words: `${words}: it has moved there` };
  return { kind: 'failed', end: 'refused', words: `${words}: Lasair may be under maintenance` };
}

function isSuccess(json: Record<string, unknown> | undefined, method: Method, count: number): boolean {
  return json?.status === 'success' && (method === 'annotate' || json.n === count);
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON, so not from Lasair: the caller tells by the missing object.
    return undefined;
  }
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
