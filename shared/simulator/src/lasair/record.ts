import type { Endpoint } from './faults.js';
import type { Annotation } from './fields.js';

/** A call that reached the sandbox. */
export interface ReceivedCall {
  /** When the call was answered or aborted, in milliseconds of the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  /** The path without the query, which may hold a token. */
  readonly path: string;
  /** The status returned, even if a fault cut the response; 'none' without a response. */
  readonly status: number | 'none';
  /** The name of the account, if Lasair received the call and the token was valid. */
  readonly user?: string;
  /** How many annotations were sent, as far as Lasair read them. */
  readonly items: number;
  /** How many of them were queued. */
  readonly accepted: number;
  /** The kind of the fault that ended the call. */
  readonly fault?: string;
  /** Those that were queued, in order; only if everything is kept. */
  readonly annotations?: readonly Annotation[];
}

export interface Counts {
  /** Calls by status returned, for each endpoint and for all other paths; 'none' is no response. */
  readonly calls: Readonly<Record<Endpoint | 'other', Readonly<Record<string, number>>>>;
  /** Annotations queued: the sum of those stored (replacements included) and those lost. */
  readonly accepted: number;
  readonly stored: number;
  readonly lost: number;
}

/** Without 'everything', at least this many of the latest calls are kept, and fewer than twice as many. */
const LATEST_CALLS = 500;

/** The sandbox's memory of its calls. */
export class CallRecord {
  readonly calls: ReceivedCall[] = [];
  readonly #keepsEverything: boolean;
  readonly #statuses: Record<Endpoint | 'other', Record<string, number>> = {
    annotate: {},
    annotatelist: {},
    other: {},
  };
  #stored = 0;
  #lost = 0;

  constructor(keep: 'current' | 'everything') {
    this.#keepsEverything = keep === 'everything';
  }

  /** A copy, as of now. */
  get counts(): Counts {
    const calls = structuredClone(this.#statuses);
    return { calls, accepted: this.#stored + this.#lost, stored: this.#stored, lost: this.#lost };
  }

  countAnnotation(isStored: boolean): void {
    if (isStored) this.#stored++;
    else this.#lost++;
  }

  addCall(
    endpoint: Endpoint | undefined,
    call: Omit<ReceivedCall, 'accepted' | 'annotations'>,
    queued: readonly Annotation[],
  ): void {
    const statuses = this.#statuses[endpoint ?? 'other'];
    statuses[call.status] = (statuses[call.status] ?? 0) + 1;
    const kept = { ...call, accepted: queued.length };
    this.calls.push(this.#keepsEverything ? { ...kept, annotations: queued } : kept);
    if (!this.#keepsEverything && this.calls.length >= 2 * LATEST_CALLS) this.calls.splice(0, LATEST_CALLS);
  }
}
