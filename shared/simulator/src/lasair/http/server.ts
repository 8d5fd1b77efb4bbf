import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ENDPOINTS, type Endpoint, type Faults } from '../faults.js';
import type { Lasair, Outcome } from '../lasair.js';
import type { CallRecord } from '../record.js';
import type { AnnotationStore } from '../storage.js';
import { answerVisitor } from '../window.js';
import { type Answer, answers } from './answers.js';
import { receiveBody, send, strike } from './connection.js';

export interface ServerParts {
  readonly lasair: Lasair;
  readonly faults: Faults;
  readonly store: AnnotationStore;
  readonly record: CallRecord;
  readonly endpoints: readonly Endpoint[];
  readonly latencyMs: number;
  readonly now: () => number;
}

/** The HTTP side: parses requests, applies the faults, calls Lasair, and records the result. */
export class SandboxServer {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const body = await receiveBody(request);
    if (url.pathname.startsWith('/api/')) await this.#call(request, response, method, url, body);
    else send(response, answerVisitor(this.#parts, method, url.pathname));
  }

  async #call(request: IncomingMessage, response: ServerResponse, method: string, url: URL, body: Buffer) {
    const { faults, lasair, store, record, now } = this.#parts;
    const endpoint = ENDPOINTS.find((name) => url.pathname === `/api/${name}/` || url.pathname === `/api/${name}`);
    const note = (status: number | 'none', outcome?: Outcome, fault?: string) => {
      const facts = { at: now(), method, path: url.pathname, status, items: outcome?.items ?? 0 };
      const user = outcome?.user === undefined ? {} : { user: outcome.user };
      record.addCall(endpoint, { ...facts, ...user, ...(fault !== undefined && { fault }) }, outcome?.queued ?? []);
    };

    const unrouted = this.#unrouted(endpoint, url);
    if (endpoint === undefined || unrouted) {
      const answer = unrouted ?? answers.notFound();
      note(answer.status);
      return send(response, answer);
    }
    const { latencyMs, isContinued, transport } = faults.ofCall(endpoint);
    const wait = latencyMs + this.#parts.latencyMs;
    if (wait > 0) await pause(wait, undefined, { ref: false });
    if (isContinued) response.writeContinue();
    if (transport && transport.kind !== 'cut' && transport.when !== 'after') {
      return note(strike(transport, response, undefined), undefined, transport.kind);
    }

    const outcome = lasair.receive({
      method,
      endpoint,
      authorization: request.headers.authorization,
      query: url.searchParams,
      contentType: request.headers['content-type'] ?? '',
      body,
    });
    for (const annotation of outcome.queued) record.countAnnotation(store.take(annotation, now()));
    if (transport) return note(strike(transport, response, outcome.answer), outcome, transport.kind);
    note(outcome.answer.status, outcome);
    send(response, outcome.answer);
  }

  /** The response of Django's router, which comes first, to an unknown path. */
  #unrouted(endpoint: Endpoint | undefined, url: URL): Answer | undefined {
    if (endpoint === undefined || !this.#parts.endpoints.includes(endpoint)) return answers.notFound();
    return url.pathname.endsWith('/') ? undefined : answers.slashMissing(`${url.pathname}/${url.search}`);
  }
}
