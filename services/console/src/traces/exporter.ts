import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient, messageOf, NoAnswer } from '@lvra/core';
import { type EndedStem, endedStems, type Look } from '@lvra/operations';
import type { Logger, TraceMetrics } from '@lvra/telemetry';
import { isOfLedger } from '../server/errors.js';
import { LedgerTail } from './ledger-tail.js';
import { exportRequest, type Origin, type Span, spansOf } from './spans.js';

const EVERY_MS = 1_000;

const STEMS_A_CALL = 100;
/** So many wait for 100 seconds; more than that are not to be had. */
const MOST_WAITING = 10_000;
const MOST_REMEMBERED = 2_000;

const CALL_MS = 5_000;
const LARGEST_ANSWER_BYTES = 65_536;

export interface ExporterParts {
  /** The collector's address, to which `/v1/traces` is added. */
  readonly endpoint: string;
  readonly origin: Origin;
  readonly metrics: TraceMetrics;
  readonly log: Logger;
  /** Of the ledger: another one after each commit. */
  version(): Promise<string>;
  look<T>(read: (look: Look) => Promise<T>): Promise<T>;
}

/**
 * Sends each stem that has ended to an OpenTelemetry collector, as a trace: at most 100 a call and one call a second. What
 * cannot be sent is dropped and counted: the ledger has it still, and no stage waits for it.
 */
export class TraceExporter {
  readonly #parts: ExporterParts;
  readonly #client: HttpClient;
  readonly #url: string;
  readonly #tail = new LedgerTail();
  /** Stems to which something has happened. */
  readonly #touched = new Set<string>();
  /** The spans of a stem that were sent, by their ids, so that after a retry or a backfill only what is new is. */
  readonly #sent = new Map<string, ReadonlySet<string>>();
  #version: string | undefined;
  #isFailing = false;

  constructor(parts: ExporterParts) {
    this.#parts = parts;
    this.#client = new HttpClient({
      ...{ address: parts.endpoint, connections: 1, largestAnswerBytes: LARGEST_ANSWER_BYTES },
    });
    this.#url = `${parts.endpoint.replace(/\/+$/, '')}/v1/traces`;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.turn(signal);
      } catch (error) {
        // A fault of ours takes no page away.
        this.#parts.log.error({ err: error }, `traces are sent no more: ${messageOf(error)}; this is a bug`);
        break;
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#client.close();
  }

  /** Looks at the ledger, and makes one call if there is something to send. */
  async turn(signal?: AbortSignal): Promise<void> {
    let ended: EndedStem[];
    try {
      await this.#lookAround();
      ended = await this.#nextEnded();
    } catch (error) {
      // The pages say so; it is tried again.
      if (isOfLedger(error)) return;
      throw error;
    }
    if (ended.length > 0) await this.#send(ended, signal);
  }

  async #lookAround(): Promise<void> {
    const { version, look, log } = this.#parts;
    const now = await version();
    if (now === this.#version) return;
    for (const stem of await look((open) => this.#tail.next(open))) this.#touched.add(stem);
    if (this.#version === undefined) log.info(`traces of stems that end from now on go to ${this.#url}`);
    this.#version = now;
    const tooMany = [...this.#touched].slice(0, Math.max(0, this.#touched.size - MOST_WAITING));
    for (const stem of tooMany) this.#touched.delete(stem);
    if (tooMany.length > 0) this.#drop(tooMany.length, `${MOST_WAITING} stems wait for their turn already`);
  }

  /** One that has not ended comes again with the next thing that happens to it. */
  async #nextEnded(): Promise<EndedStem[]> {
    const stems = [...this.#touched].slice(0, STEMS_A_CALL);
    if (stems.length === 0) return [];
    const ended = await this.#parts.look((open) => endedStems(open, stems));
    for (const stem of stems) this.#touched.delete(stem);
    return ended;
  }

  async #send(stems: readonly EndedStem[], signal: AbortSignal | undefined): Promise<void> {
    const spans = stems.flatMap((stem) => this.#newSpansOf(stem));
    if (spans.length === 0) return;
    const { origin, metrics } = this.#parts;
    const body = JSON.stringify(exportRequest(spans, origin));
    try {
      const { status, body: answer } = await this.#client.post(this.#url, HEADERS, body, CALL_MS, signal);
      if (status < 200 || status >= 300) throw new Error(`the answer is ${status}: ${answer.slice(0, 200)}`);
      metrics.stems.inc({ outcome: 'sent' }, stems.length);
      this.#remember(stems);
      this.#noteRejected(answer);
    } catch (error) {
      if (signal?.aborted) return;
      this.#drop(stems.length, error instanceof NoAnswer ? `no answer: ${error.message}` : messageOf(error));
    }
  }

  #newSpansOf(stem: EndedStem): Span[] {
    const sent = this.#sent.get(stem.stem);
    return spansOf(stem).filter(({ spanId }) => !sent?.has(spanId));
  }

  #remember(stems: readonly EndedStem[]): void {
    for (const stem of stems) {
      this.#sent.delete(stem.stem);
      this.#sent.set(stem.stem, new Set(spansOf(stem).map(({ spanId }) => spanId)));
      if (this.#sent.size > MOST_REMEMBERED) this.#sent.delete(this.#sent.keys().next().value!);
    }
  }

  /** A collector may take a call and refuse some of its spans. */
  #noteRejected(answer: string): void {
    const rejected = rejectedIn(answer);
    if (rejected === undefined) {
      if (this.#isFailing) this.#parts.log.info(`traces go to ${this.#url} again`);
      this.#isFailing = false;
    } else this.#warn(`it refused ${rejected}`);
  }

  #drop(stems: number, why: string): void {
    this.#parts.metrics.stems.inc({ outcome: 'dropped' }, stems);
    this.#warn(why);
  }

  /** Once, until it works again. */
  #warn(why: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#parts.log.warn(
      `traces cannot be sent to ${this.#url}: ${why}; they are dropped until it takes them: see otlp_endpoint, and lvra_trace_stems_total`,
    );
  }
}

const HEADERS = { 'content-type': 'application/json' };

/** What a collector says it refused, in words; undefined if nothing. */
function rejectedIn(answer: string): string | undefined {
  try {
    const { partialSuccess } = JSON.parse(answer) as {
      partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
    };
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
    return rejected > 0 ? `${rejected} spans: ${String(partialSuccess?.errorMessage).slice(0, 200)}` : undefined;
  } catch {
    // An answer that is no JSON, such as an empty one, refuses nothing.
    return undefined;
  }
}
