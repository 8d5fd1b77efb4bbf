import http, {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import https from 'node:https';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from './errors.js';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A call that came to no answer, or to one that was cut. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(
    message: string,
    /** True if nothing of the call has left this machine. */
    readonly neverSent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface HttpClientOptions {
  /** An address of the server. */
  readonly address: string;
  readonly connections: number;
  /** A longer response is not from the expected server. */
  readonly largestAnswerBytes: number;
}

/** How long an idle connection is kept, unless the server says otherwise. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Posts to one server over connections that stay open; skips informational responses (below 200). */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #protocol: typeof http | typeof https;
  readonly #agent: http.Agent;

  /** @throws TypeError if the address is not a web address */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#protocol = new URL(options.address).protocol === 'https:' ? https : http;
    this.#agent = new this.#protocol.Agent({
      keepAlive: true,
      maxSockets: options.connections,
      timeout: KEEP_ALIVE_MS,
    });
  }

  /**
   * @param url on the client's server
   * @param timeoutMs for the whole call, connecting included
   * @param signal gives the call up
   * @throws NoAnswer
   */
  async post(
    url: string,
    headers: OutgoingHttpHeaders,
    body: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const bytes = Buffer.from(body);
    // After this process stood still, Node has yet to see which connections the server has closed meanwhile: a call on
    // one of those would go out, and nothing would tell whether it arrived.
    await nextTurn();
    await nextTurn();
    const call = this.#protocol.request(url, {
      method: 'POST',
      agent: this.#agent,
      headers: { ...headers, 'content-length': bytes.length },
    });
    const connection = watchConnection(call);
    // Node tells of a call that is ended in the middle of its answer without saying why.
    let reason: Error | undefined;
    const giveUp = (why: string) => {
      reason ??= new Error(why);
      call.destroy(reason);
    };
    const stop = () => giveUp('the program is stopping');
    const limit = setTimeout(() => giveUp(`no answer within ${Math.round(timeoutMs)} ms`), timeoutMs);
    signal?.addEventListener('abort', stop);
    try {
      if (signal?.aborted) stop();
      const answer = await answerTo(call, bytes);
      const text = await this.#read(answer);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: text };
    } catch (error) {
      call.destroy();
      const { code } = error as NodeJS.ErrnoException;
      const words = reason?.message ?? (messageOf(error) || String(code));
      throw new NoAnswer(words, !connection.isMade, { cause: error });
    } finally {
      clearTimeout(limit);
      connection.forget();
      signal?.removeEventListener('abort', stop);
    }
  }

  async #read(answer: IncomingMessage): Promise<string> {
    const { largestAnswerBytes } = this.#options;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestAnswerBytes) throw new Error(`an answer of more than ${largestAnswerBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  /** Ends the connections; calls in flight get no response. */
  close(): void {
    this.#agent.destroy();
  }
}

function answerTo(call: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve);
    // Stays attached: an error after the response began is reported by reading it.
    call.on('error', reject);
    call.end(body);
  });
}

/** Whether the connection of a call is made. Until then (for https, until the certificate is accepted) nothing is sent. */
function watchConnection(call: ClientRequest): { readonly isMade: boolean; forget(): void } {
  let isMade = false;
  let limit: NodeJS.Timeout | undefined;
  call.once('socket', (socket) => {
    if (call.reusedSocket) {
      isMade = true;
      return;
    }
    const late = () => call.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`));
    limit = setTimeout(late, CONNECT_TIMEOUT_MS);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      isMade = true;
      clearTimeout(limit);
    });
  });
  return {
    get isMade() {
      return isMade;
    },
    forget: () => clearTimeout(limit),
  };
}
