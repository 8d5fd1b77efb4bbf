import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../../lasair/http/answers.js';
import { receiveBody, send, strike } from '../../lasair/http/connection.js';
import { record } from './at-fields.js';
import type { BulkReports } from './bulk-reports.js';
import type { RateLimit } from './rate-limit.js';
import type { TnsCall, TnsFault } from './tns-faults.js';

/** A call that reached the sandbox. */
export interface ReceivedTnsCall {
  readonly path: string;
  readonly userAgent: string;
  /** The names of the headers received. */
  readonly headers: readonly string[];
  /** The form, without the key. */
  readonly form: Readonly<Record<string, string>>;
  /** The status returned; 'none' without a response. */
  readonly status: number | 'none';
}

export interface TnsServerParts {
  readonly reports: BulkReports;
  readonly apiKey: string;
  readonly bot: { readonly id: number; readonly name: string };
  readonly limit: RateLimit;
  readonly limitsBulk: boolean;
}

const CALLS: readonly TnsCall[] = ['set/bulk-report', 'get/bulk-report-reply', 'get/search'];

/** The HTTP side: forms in, JSON out, and the faults in between. */
export class TnsServer {
  readonly #parts: TnsServerParts;
  readonly calls: ReceivedTnsCall[] = [];
  faults: (TnsFault & { times?: number })[] = [];

  constructor(parts: TnsServerParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://tns').pathname;
    const call = CALLS.find((name) => path === `/api/${name}`);
    const form = new URLSearchParams((await receiveBody(request)).toString('utf8'));
    const fault = this.#takeFault(call);
    const isBefore = fault && fault.kind !== 'cut' && fault.when !== 'after';
    const answer = isBefore ? undefined : this.#answer(request, call, form);
    const status = fault ? strike(fault, response, answer) : (answer?.status ?? 'none');
    if (!fault && answer) send(response, answer);
    const { api_key: _, ...said } = Object.fromEntries(form);
    this.calls.push({
      ...{ path, form: said, status },
      userAgent: request.headers['user-agent'] ?? '',
      headers: Object.keys(request.headers),
    });
  }

  #takeFault(call: TnsCall | undefined): TnsFault | undefined {
    const found = this.faults.find((fault) => fault.call === call);
    if (!found) return undefined;
    const left = (found.times ?? 1) - 1;
    this.faults = this.faults.flatMap((fault) => (fault !== found ? fault : left > 0 ? { ...found, times: left } : []));
    return found;
  }

  #answer(request: IncomingMessage, call: TnsCall | undefined, form: URLSearchParams): Answer {
    const { reports, limit, limitsBulk } = this.#parts;
    if (call === undefined || request.method !== 'POST') return answerOf(404, 'Not Found');
    if (!this.#isBot(request, form)) return answerOf(401, 'Unauthorized');
    const { passes, headers } =
      call === 'set/bulk-report' && !limitsBulk ? { passes: true, headers: {} } : limit.count();
    if (!passes) return answerOf(429, 'Too Many Requests', undefined, headers);
    if (call === 'set/bulk-report') {
      const id = reports.submit(form.get('data') ?? '');
      if (id === undefined) return answerOf(400, 'Bad Request', undefined, headers);
      return answerOf(200, 'OK', { report_id: Number(id) }, headers);
    }
    if (call === 'get/bulk-report-reply') {
      const reply = reports.reply(form.get('report_id') ?? '');
      if (!reply) return answerOf(404, 'Not Found', undefined, headers);
      const data = { feedback: { at_report: reply.feedback } };
      return reply.hasFaults ? answerOf(400, 'Bad Request', data, headers) : answerOf(200, 'OK', data, headers);
    }
    const wanted: unknown = JSON.parse(form.get('data') ?? '{}');
    const found = reports.search(String(record(wanted)?.internal_name ?? ''));
    const reply = found.map(({ objname }, objid) => ({ objname, prefix: 'AT', objid }));
    return answerOf(200, 'OK', { reply }, headers);
  }

  #isBot({ headers }: IncomingMessage, form: URLSearchParams): boolean {
    const marker = /^tns_marker(\{.*\})$/.exec(headers['user-agent'] ?? '')?.[1];
    const { apiKey, bot } = this.#parts;
    if (marker === undefined || form.get('api_key') !== apiKey) return false;
    const { tns_id: id, type, name } = JSON.parse(marker) as Record<string, unknown>;
    return Number(id) === bot.id && type === 'bot' && name === bot.name;
  }
}

export function answerOf(
  status: number,
  words: string,
  data: unknown = [],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const body = JSON.stringify({ id_code: status, id_message: words, data });
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}
