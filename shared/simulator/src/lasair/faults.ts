import { Random } from '@lvra/core';
import type { Annotation } from './fields.js';

/** Lasair's two calls for annotations. */
export const ENDPOINTS = ['annotate', 'annotatelist'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** The statuses that a fault may return instead of Lasair. */
export type FaultStatus = 302 | 400 | 401 | 403 | 429 | 500 | 502 | 503;

/** The calls that a fault affects; by default every one until the faults are cleared. */
export interface Scope {
  readonly endpoint?: Endpoint;
  /** Affects this many calls, and ends. */
  readonly times?: number;
  /** Affects calls with this probability, 0 to 1, the same ones for the same seed. */
  readonly probability?: number;
  readonly seed?: number;
}

/** Picks annotations: by the exact text of some fields, or by a function. */
export type ItemMatch = Partial<Annotation> | ((annotation: Annotation) => boolean);

/** The items of a call that a fault affects: every match. The call ends at the first. */
export interface ItemScope extends Scope {
  /** Only the item at this position of its call, from 1. */
  readonly nth?: number;
  readonly item?: ItemMatch;
}

/**
 * Replaces Lasair's response; `when: 'after'` lets Lasair process the call first, `'before'` (the default) does not.
 */
interface Instead extends Scope {
  readonly when?: 'before' | 'after';
}

export type Latency = { readonly kind: 'latency'; readonly ms: number } & Scope;

/** A `100 Continue` comes before the response, though no call asks for it. */
export type Interim = { readonly kind: 'continue' } & Scope;

/**
 * Faults between the caller and Lasair. They come before authentication and throttle, and do not count for the hourly
 * limit unless they apply afterwards.
 */
export type TransportFault =
  /**
   * A response with a status: 302 redirects to a maintenance page, 400 is the page of a server before Lasair.
   * `retryAfterSeconds` adds the header to a 429 and a 503.
   */
  | ({ readonly kind: 'status'; readonly status: FaultStatus; readonly retryAfterSeconds?: number } & Instead)
  /** No response; the connection stays open. */
  | ({ readonly kind: 'hang' } & Instead)
  /** The connection is reset. */
  | ({ readonly kind: 'reset' } & Instead)
  /** Status 200 and a page of HTML. */
  | ({ readonly kind: 'rubbish' } & Instead)
  /** Lasair processes the call, and the connection breaks in the middle of its response. */
  | ({ readonly kind: 'cut' } & Scope);

/** Faults inside Lasair at one item; the items before it stay queued. */
export type ItemFault =
  /** The item is rejected with field errors, as a bad one is. */
  | ({ readonly kind: 'bad-item' } & ItemScope)
  /** The item cannot be queued. */
  | ({ readonly kind: 'kafka' } & ItemScope)
  /** The item's topic counts as inactive. */
  | ({ readonly kind: 'inactive' } & ItemScope)
  /** The database is down when the item's topic is looked up: status 500. */
  | ({ readonly kind: 'database' } & ItemScope);

export type Fault = Latency | Interim | TransportFault | ItemFault;

/** An active fault, and how often it was applied. */
export interface ActiveFault {
  readonly fault: Fault;
  readonly struck: number;
}

/** The faults for one call. */
export interface CallFaults {
  readonly latencyMs: number;
  readonly isContinued: boolean;
  /** The first match; a call can end only once. */
  readonly transport: TransportFault | undefined;
}

interface Armed {
  readonly fault: Fault;
  struck: number;
  readonly random: Random;
}

/**
 * The active faults. They combine: latencies add up, and of those that end a call the one that was injected first wins.
 */
export class Faults {
  #armed: Armed[] = [];

  get active(): ActiveFault[] {
    return this.#armed.map(({ fault, struck }) => ({ fault, struck }));
  }

  add(fault: Fault): void {
    this.#armed.push({ fault, struck: 0, random: new Random(fault.seed ?? 1) });
  }

  clear(): void {
    this.#armed = [];
  }

  ofCall(endpoint: Endpoint): CallFaults {
    let latencyMs = 0;
    let isContinued = false;
    let transport: TransportFault | undefined;
    for (const armed of [...this.#armed]) {
      const { fault } = armed;
      if (isItemFault(fault) || (fault.kind !== 'latency' && fault.kind !== 'continue' && transport)) continue;
      if (!this.#strikes(armed, endpoint)) continue;
      if (fault.kind === 'latency') latencyMs += fault.ms;
      else if (fault.kind === 'continue') isContinued = true;
      else transport = fault;
    }
    return { latencyMs, isContinued, transport };
  }

  /** @param place the item's position in its call, from 1 */
  ofItem(kind: ItemFault['kind'], endpoint: Endpoint, annotation: Annotation, place: number): boolean {
    return this.#armed.some(
      (armed) =>
        armed.fault.kind === kind &&
        (armed.fault.nth === undefined || armed.fault.nth === place) &&
        matches(armed.fault.item, annotation) &&
        this.#strikes(armed, endpoint),
    );
  }

  #strikes(armed: Armed, endpoint: Endpoint): boolean {
    const { fault } = armed;
    if (fault.endpoint !== undefined && fault.endpoint !== endpoint) return false;
    if (fault.probability !== undefined && !armed.random.chance(fault.probability)) return false;
    armed.struck++;
    if (armed.struck === fault.times) this.#armed = this.#armed.filter((other) => other !== armed);
    return true;
  }
}

const ITEM_FAULTS: readonly string[] = ['bad-item', 'kafka', 'inactive', 'database'] satisfies ItemFault['kind'][];

function isItemFault(fault: Fault): fault is ItemFault {
  return ITEM_FAULTS.includes(fault.kind);
}

function matches(match: ItemMatch | undefined, annotation: Annotation): boolean {
  if (match === undefined) return true;
  if (typeof match === 'function') return match(annotation);
  return Object.entries(match).every(([name, text]) => annotation[name as keyof Annotation] === text);
}
