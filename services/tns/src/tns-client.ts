import { messageOf } from '@lvra/shared/errors';
import type { TnsSending } from '@lvra/shared/settings/tns';
import { sleep } from '@lvra/shared/sleep';
import { Pool } from 'undici';
import type { Answer } from './answers.js';
import { waitOf } from './rate-limit.js';

/** The calls that are made, by their paths below the site's API. */
export type TnsCall = 'set/bulk-report' | 'get/bulk-report-reply' | 'get/search';

/** A call that came to no answer. */
export interface NoAnswer {
  /** True where nothing of the call can have reached TNS. */
  readonly neverSent: boolean;
  readonly words: string;
}

export type CallResult = { readonly answer: Answer } | { readonly none: NoAnswer };

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

/** Errors of name look-up and connecting: nothing of the call has left this machine. */
const NOT_CONNECTED = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
]);

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
  readonly #pool: Pool;
  readonly #path: string;
  #restUntil = 0;

  constructor(options: TnsClientOptions) {
    this.#options = options;
    const url = new URL(options.address);
    this.#path = url.pathname.replace(/\/+$/, '');
    this.#pool = new Pool(url.origin, {
      ...{ connections: 1, pipelining: 1, maxResponseSize: LARGEST_ANSWER_BYTES },
      // The whole call has one limit, below.
      ...{ headersTimeout: 0, bodyTimeout: 0 },
    });
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
    const { botId, botName, timeoutMs } = this.#options;
    const key = this.#options.apiKey();
    try {
      const { statusCode, headers, body } = await this.#pool.request({
        method: 'POST',
        path: `${this.#path}/${call}`,
        headers: {
          'user-agent': `tns_marker${JSON.stringify({ tns_id: Number(botId), type: 'bot', name: botName })}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams({ api_key: key, ...form }).toString(),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = withoutKey(await body.text(), key);
      this.#restUntil = performance.now() + waitOf(statusCode, headers);
      return { answer: { status: statusCode, body: text } };
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      const words = name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : messageOf(error) || String(code);
      return { none: { neverSent: NOT_CONNECTED.has(String(code)), words: withoutKey(words, key) } };
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function withoutKey(text: string, key: string): string {
  return text.replaceAll(key, '[key]').replaceAll(encodeURIComponent(key), '[key]');
}

function isWorthRetrying(call: TnsCall, result: CallResult): boolean {
  if ('none' in result) return result.none.neverSent || call !== 'set/bulk-report';
  return call !== 'set/bulk-report' && result.answer.status >= 500;
}
