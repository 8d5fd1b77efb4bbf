import { backoffMs, HttpClient, NoAnswer, sleep } from '@lvra/core';
import type { TnsSending } from '../settings.js';
import { waitOf } from './rate-limit.js';
import type { Answer } from './responses.js';

/** The calls, by their paths below the site's API. */
export type TnsCall = 'set/bulk-report' | 'get/bulk-report-reply' | 'get/search';

/** A call without a response. */
interface NoResult {
  /** True if the call cannot have reached TNS. */
  readonly neverSent: boolean;
  readonly message: string;
}

export type CallResult = { readonly answer: Answer } | { readonly none: NoResult };

export interface TnsClientOptions
  extends Pick<TnsSending, 'address' | 'botId' | 'botName' | 'apiKey' | 'timeoutMs' | 'pollMs'> {
  readonly signal: AbortSignal;
  /** Called before a wait that TNS asks for. */
  readonly onWait: (waitMs: number) => void;
}

/** The response to a hundred reports has about 100 kB. */
const LARGEST_ANSWER_BYTES = 16 << 20;

/** Retries of a call that TNS defers (429): at its usual minute, a quarter of an hour. */
const MOST_WAITS = 15;

/** Retries of a failed call that had no effect, with doubling waits. */
const MOST_RETRIES = 4;
const LONGEST_RETRY_MS = 60_000;

/**
 * Calls TNS, one call at a time, and waits as its rate headers ask.
 *
 * A submission is retried only if TNS cannot have read it, or deferred it (429). The key is only in the form of the
 * call; it is removed from responses.
 */
export class TnsClient {
  readonly #options: TnsClientOptions;
  readonly #http: HttpClient;
  #restUntil = 0;

  constructor(options: TnsClientOptions) {
    this.#options = options;
    const { address } = options;
    this.#http = new HttpClient({ address, connections: 1, largestAnswerBytes: LARGEST_ANSWER_BYTES });
  }

  /** @param form the fields besides the key */
  async call(call: TnsCall, form: Readonly<Record<string, string>>): Promise<CallResult> {
    const { signal, pollMs } = this.#options;
    let waits = 0;
    let retries = 0;
    for (;;) {
      await this.#rest();
      if (signal.aborted) return { none: { neverSent: true, message: 'this program is stopping' } };
      const result = await this.#callOnce(call, form);
      const isPutOff = 'answer' in result && result.answer.status === 429;
      if (isPutOff && waits++ < MOST_WAITS) continue;
      if (isPutOff || !isWorthRetrying(call, result) || retries === MOST_RETRIES) return result;
      await sleep(backoffMs({ firstMs: pollMs, longestMs: LONGEST_RETRY_MS }, ++retries), signal);
    }
  }

  async #rest(): Promise<void> {
    const waitMs = this.#restUntil - performance.now();
    if (waitMs <= 0) return;
    this.#options.onWait(waitMs);
    await sleep(waitMs, this.#options.signal);
  }

  async #callOnce(call: TnsCall, form: Readonly<Record<string, string>>): Promise<CallResult> {
    const { address, botId, botName, timeoutMs } = this.#options;
    const key = this.#options.apiKey();
    const headers = {
      'user-agent': `tns_marker${JSON.stringify({ tns_id: Number(botId), type: 'bot', name: botName })}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    const body = new URLSearchParams({ api_key: key, ...form }).toString();
    try {
      const answer = await this.#http.post(`${address.replace(/\/+$/, '')}/${call}`, headers, body, timeoutMs);
      this.#restUntil = performance.now() + waitOf(answer.status, answer.headers);
      return { answer: { status: answer.status, body: withoutKey(answer.body, key) } };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { none: { neverSent: error.neverSent, message: withoutKey(error.message, key) } };
    }
  }

  close(): void {
    this.#http.close();
  }
}

function withoutKey(text: string, key: string): string {
  return text.replaceAll(key, '[key]').replaceAll(encodeURIComponent(key), '[key]');
}

function isWorthRetrying(call: TnsCall, result: CallResult): boolean {
  if ('none' in result) return result.none.neverSent || call !== 'set/bulk-report';
  return call !== 'set/bulk-report' && result.answer.status >= 500;
}
