import { HttpClient, NoAnswer } from '@lvra/shared/http-client';
import type { TnsSending } from '@lvra/shared/settings/tns';
import { sleep } from '@lvra/shared/sleep';
import type { Answer } from './answers.js';
import { waitOf } from './rate-limit.js';

/** The calls that are made, by their paths below the site's API. */
export type TnsCall = 'set/bulk-report' | 'get/bulk-report-reply' | 'get/search';

/** A call that came to no answer. */
interface NoResult {
  /** True where nothing of the call can have reached TNS. */
  readonly neverSent: boolean;
  readonly words: string;
}

export type CallResult = { readonly answer: Answer } | { readonly none: NoResult };

export interface TnsClientOptions
  extends Pick<TnsSending, 'address' | 'botId' | 'botName' | 'apiKey' | 'timeoutMs' | 'pollMs'> {
  readonly signal: AbortSignal;
  /** Told before a wait that TNS asks for. */
  readonly onWait: (waitMs: number) => void;
}

/** An answer to a hundred reports is some 100 kB. */
const LARGEST_ANSWER_BYTES = 16 << 20;

/** How often a call is made again that TNS puts off (429): at its usual minute, a quarter of an hour. */
const MOST_WAITS = 15;

/** How often a call that cannot have done anything is made again where it fails, waiting twice as long each time. */
const MOST_RETRIES = 4;
const LONGEST_RETRY_MS = 60_000;

/**
 * Speaks to TNS, one call at a time, and waits as its rate headers ask.
 *
 * A submission is made again only where TNS cannot have seen it or put it off without a look (429). The key goes into
 * the form of the call and nowhere else; it is struck out of whatever comes back.
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

  /** @param form what the call says beside the key */
  async call(call: TnsCall, form: Readonly<Record<string, string>>): Promise<CallResult> {
    const { signal, pollMs } = this.#options;
    let waits = 0;
    let retries = 0;
    for (;;) {
      await this.#rest();
      if (signal.aborted) return { none: { neverSent: true, words: 'this program was told to stop' } };
      const result = await this.#callOnce(call, form);
      const isPutOff = 'answer' in result && result.answer.status === 429;
      if (isPutOff && waits++ < MOST_WAITS) continue;
      if (isPutOff || !isWorthRetrying(call, result) || retries === MOST_RETRIES) return result;
      await sleep(Math.min(pollMs * 2 ** retries++, LONGEST_RETRY_MS), signal);
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
      return { none: { neverSent: error.neverSent, words: withoutKey(error.message, key) } };
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
