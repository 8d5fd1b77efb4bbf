import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '@lvra/shared/errors';
import type { Metrics } from '@lvra/shared/observe/metrics';
import type { Secret } from '@lvra/shared/settings/secrets';
import { Pool } from 'undici';
import { type Method, type Verdict, verdictOf } from './answer.js';

export interface LasairOptions {
  /** Of the API, for example `https://api.lasair.lsst.ac.uk/api`. */
  readonly endpoint: string;
  readonly token: Secret;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** An answer of Lasair's is a few hundred bytes; more than this comes from something else. */
const LARGEST_ANSWER_BYTES = 1 << 20;

/** Between two batches of 10 s the connection stays open, unless the server says otherwise. */
const KEEP_ALIVE_MS = 30_000;

/** Errors of name look-up and connecting: nothing of the call has left this machine. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Makes the calls, one attempt each. Whatever comes of a call is a verdict; nothing is thrown. */
export class LasairClient {
  readonly #options: LasairOptions;
  readonly #pool: Pool;
  readonly #path: string;

  /** @throws TypeError where the endpoint is no web address */
  constructor(options: LasairOptions) {
    this.#options = options;
    const url = new URL(options.endpoint);
    this.#path = url.pathname.replace(/\/+$/, '');
    this.#pool = new Pool(url.origin, {
      connections: 2,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: LARGEST_ANSWER_BYTES,
      // The whole call has one limit, below.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Sends annotations.
   *
   * @param annotations JSON texts; exactly one for `annotate`
   * @param timeoutMs for the whole call, connecting included
   * @param signal gives the call up
   */
  async send(method: Method, annotations: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<Verdict> {
    const { metrics, now } = this.#options;
    const token = this.#options.token();
    const limit = new AbortController();
    const stop = () => limit.abort(new Error('the service is stopping'));
    const timer = setTimeout(() => limit.abort(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await hearOfClosedConnections();
      const { statusCode, headers, body } = await this.#pool.request({
        method: 'POST',
        path: `${this.#path}/${method}/`,
        headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
        body: bodyOf(method, annotations),
        signal: limit.signal,
      });
      const text = await body.text();
      metrics.lasairCalls.inc({ status: String(statusCode) });
      const retryAfter = headers['retry-after'];
      const answer = {
        status: statusCode,
        retryAfter: retryAfter?.toString(),
        body: text.replaceAll(token, '[token]'),
      };
      return verdictOf(answer, method, annotations.length, now());
    } catch (error) {
      metrics.lasairCalls.inc({ status: 'error' });
      const code = (error as { code?: unknown }).code;
      const words = messageOf(error).replaceAll(token, '[token]') || String(code);
      return { kind: 'failed', end: NOT_CONNECTED.has(String(code)) ? 'refused' : 'unanswered', words };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/**
 * Lets Node see which connections the server has closed meanwhile. After this process stood still, as it does while
 * another one keeps the ledger locked, a call would go out on one of those, and nobody could tell whether Lasair took it.
 * undici waits for the end of a turn of the event loop, which may be past the point where sockets are looked at.
 */
async function hearOfClosedConnections(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** The JSON of a call. */
export function bodyOf(method: Method, annotations: readonly string[]): string {
  return method === 'annotatelist' ? `{"annotations":[${annotations.join(',')}]}` : (annotations[0] ?? '');
}
