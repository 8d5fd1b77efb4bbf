import type { Secret } from '@lvra/config';
import { HttpClient, NoAnswer } from '@lvra/core';
import type { Metrics } from '@lvra/telemetry';
import { type CallResult, type Method, resultOf } from './response.js';

export interface LasairOptions {
  /** Of the API, for example `https://api.lasair.lsst.ac.uk/api`. */
  readonly endpoint: string;
  readonly token: Secret;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** A response of Lasair is a few hundred bytes; a larger one comes from something else. */
const LARGEST_ANSWER_BYTES = 1 << 20;

/** Makes the calls, one attempt each. Every failure is returned as a result, not thrown. */
export class LasairClient {
  readonly #options: LasairOptions;
  readonly #http: HttpClient;

  /** @throws TypeError if the endpoint is not a web address */
  constructor(options: LasairOptions) {
    this.#options = options;
    const { endpoint: address } = options;
    this.#http = new HttpClient({ address, connections: 2, largestAnswerBytes: LARGEST_ANSWER_BYTES });
  }

  /**
   * Sends annotations.
   *
   * @param annotations JSON texts; exactly one for `annotate`
   * @param timeoutMs for the whole call, connecting included
   * @param signal cancels the call
   */
  async send(
    method: Method,
    annotations: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<CallResult> {
    const { endpoint, metrics, now } = this.#options;
    const token = this.#options.token();
    const hidden = (text: string) => text.replaceAll(token, '[token]');
    const url = `${endpoint.replace(/\/+$/, '')}/${method}/`;
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
    try {
      const answer = await this.#http.post(url, headers, bodyOf(method, annotations), timeoutMs, signal);
      const { status } = answer;
      metrics.lasairCalls.inc({ status: String(status) });
      const { location, 'retry-after': retryAfter } = answer.headers;
      return resultOf(
        { status, retryAfter, location: location && hidden(location), body: hidden(answer.body) },
        { method, count: annotations.length, url },
        now(),
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      metrics.lasairCalls.inc({ status: 'error' });
      return { kind: 'failed', end: error.neverSent ? 'refused' : 'unanswered', message: hidden(error.message) };
    }
  }

  close(): void {
    this.#http.close();
  }
}

/** The JSON of a call. */
export function bodyOf(method: Method, annotations: readonly string[]): string {
  return method === 'annotatelist' ? `{"annotations":[${annotations.join(',')}]}` : (annotations[0] ?? '');
}
