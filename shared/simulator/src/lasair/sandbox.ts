import type { Account } from './accounts.js';
import { type ActiveFault, ENDPOINTS, type Fault, Faults } from './faults.js';
import { answers } from './http/answers.js';
import { listen } from './http/listen.js';
import { SandboxServer } from './http/server.js';
import { Lasair, type Topic } from './lasair.js';
import { CallRecord, type Counts, type ReceivedCall } from './record.js';
import { AnnotationStore, type LostAnnotation, type StoredAnnotation } from './storage.js';
import { Throttle } from './throttle.js';

export interface SandboxOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** A free one by default. */
  readonly port?: number;
  /** By token; by default `sandbox-token`, owner of the topic `r0b_lvra`. */
  readonly tokens?: Readonly<Record<string, Account>>;
  /** Topics with special properties; those that a token owns exist and are active anyway. */
  readonly topics?: Readonly<Record<string, { readonly active: boolean; readonly owner: string }>>;
  /** The nominal limit of a user, 10,000 by default; Lasair lets half of it through. */
  readonly callsPerHour?: number;
  /** False for an older Lasair, which has no annotatelist. */
  readonly hasListEndpoint?: boolean;
  /** How long every call takes, besides its faults. */
  readonly latencyMs?: number;
  /** 'current' forgets all but the latest calls and each object's newest annotation; 'everything' is the default. */
  readonly keep?: 'current' | 'everything';
  /** The clock of throttle and records, in milliseconds; the real one by default. */
  readonly now?: () => number;
}

/** A running sandbox. Browsers show its page; `window.ts` lists the URLs for programs. */
export interface Sandbox {
  /** The endpoint for a Lasair client: `http://127.0.0.1:PORT/api`. */
  readonly endpoint: string;
  /** The newest of each object by "<topic>/<objectId as digits>", in order of arrival. */
  readonly annotations: ReadonlyMap<string, StoredAnnotation>;
  /** Accepted with a 200, and never stored; all are kept. */
  readonly lost: readonly LostAnnotation[];
  /** The calls under /api/, in order of their responses. */
  readonly received: readonly ReceivedCall[];
  /** As of now. */
  readonly counts: Counts;
  /** The active faults, as of now. */
  readonly faults: readonly ActiveFault[];
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

const DEFAULT_TOKENS = { 'sandbox-token': { user: 'Sandbox User', owns: ['r0b_lvra'] } };

/** Starts a stand-in for Lasair's annotation calls that behaves as the real one does, errors included. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port, tokens = DEFAULT_TOKENS, now = Date.now } = options;
  const faults = new Faults();
  const store = new AnnotationStore();
  const record = new CallRecord(options.keep ?? 'everything');
  const lasair = new Lasair({
    accounts: new Map(Object.entries(tokens)),
    topics: topicsOf(tokens, options.topics),
    callsPerHour: options.callsPerHour ?? 10_000,
    throttle: new Throttle(now),
    faults,
  });
  const endpoints = ENDPOINTS.filter((name) => name !== 'annotatelist' || options.hasListEndpoint !== false);
  const http = new SandboxServer({
    ...{ lasair, faults, store, record, endpoints, now },
    latencyMs: options.latencyMs ?? 0,
  });
  const server = await listen((request, response) => http.serve(request, response), answers.serverError(), host, port);
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}/api`,
    annotations: store.annotations,
    lost: store.lost,
    received: record.calls,
    get counts() {
      return record.counts;
    },
    get faults() {
      return faults.active;
    },
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close: server.close,
  };
}

/** The topics by name: those described, and those that have owners. */
function topicsOf(
  tokens: Readonly<Record<string, Account>>,
  described: NonNullable<SandboxOptions['topics']> = {},
): Map<string, Topic> {
  const topics = new Map<string, Topic>();
  const accounts = Object.values(tokens);
  for (const name of new Set([...Object.keys(described), ...accounts.flatMap(({ owns }) => owns)])) {
    const { active = true, owner } = described[name] ?? {};
    const owners = new Set(accounts.filter(({ owns }) => owns.includes(name)).map(({ user }) => user));
    if (owner !== undefined) owners.add(owner);
    topics.set(name, { active, owners });
  }
  return topics;
}
