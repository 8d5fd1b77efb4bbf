import { listen } from '../../lasair/http/listen.js';
import type { Dialect, Fields } from './at-fields.js';
import { BulkReports, type TakenReport, type TnsObject } from './bulk-reports.js';
import { RateLimit } from './rate-limit.js';
import type { TnsFault } from './tns-faults.js';
import { answerOf, type ReceivedTnsCall, TnsServer } from './tns-server.js';

export interface TnsSandboxOptions {
  readonly apiKey?: string;
  readonly bot?: { readonly id: number; readonly name: string };
  readonly dialect?: Dialect;
  /** How many times the reply to a submission is not ready (404); 1 by default. */
  readonly asksBeforeReply?: number;
  /** How many times after that it has only the first report; 0 by default. */
  readonly asksBeforeAll?: number;
  /** Objects that others have reported. */
  readonly objects?: readonly { readonly objname: string; readonly ra: number; readonly dec: number }[];
  /** Read calls in a number of seconds; 10 in 60 by default. Submissions count if `bulk` is true. */
  readonly limit?: { readonly calls: number; readonly seconds: number; readonly bulk?: boolean };
  /** The clock of the limit, ms. */
  readonly now?: () => number;
}

/** A running stand-in for TNS's bulk reports. */
export interface TnsSandbox {
  /** The address for a client: `http://127.0.0.1:PORT/api`. */
  readonly address: string;
  /** Every call in order of arrival. */
  readonly calls: readonly ReceivedTnsCall[];
  /** Every report received, rejected ones too. */
  readonly received: readonly Fields[];
  /** Those that TNS accepted. */
  readonly taken: readonly TakenReport[];
  readonly objects: readonly TnsObject[];
  fault(fault: TnsFault): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** The default key and bot of a sandbox. */
export const TNS_SANDBOX_KEY = 'tns-sandbox-key-3f9a';
export const TNS_SANDBOX_BOT = { id: 12_345, name: 'Sandbox_Bot' } as const;

/** Starts a stand-in for the Transient Name Server: errors, limits, late replies and duplicates included. */
export async function startTnsSandbox(options: TnsSandboxOptions = {}): Promise<TnsSandbox> {
  const { asksBeforeReply = 1, asksBeforeAll = 0, objects = [], dialect = 'old', now = Date.now } = options;
  const reports = new BulkReports({ dialect, asksBeforeReply, asksBeforeAll, objects });
  const limit = { calls: 10, seconds: 60, bulk: false, ...options.limit };
  const tns = new TnsServer({
    reports,
    apiKey: options.apiKey ?? TNS_SANDBOX_KEY,
    bot: options.bot ?? TNS_SANDBOX_BOT,
    limit: new RateLimit(limit, now),
    limitsBulk: limit.bulk,
  });
  const bug = answerOf(500, 'Internal Server Error');
  const server = await listen((request, response) => tns.serve(request, response), bug);
  return {
    address: `http://127.0.0.1:${server.port}/api`,
    calls: tns.calls,
    received: reports.received,
    taken: reports.taken,
    objects: reports.objects,
    fault: (fault) => tns.faults.push({ times: 1, ...fault }),
    close: server.close,
  };
}
