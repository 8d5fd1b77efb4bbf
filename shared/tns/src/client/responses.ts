import type { TnsOutcome } from '@lvra/ledger';

/** A response of TNS's web server. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The result of the call that submits reports. */
export type SubmissionVerdict =
  /** TNS has it, and gives the result of each report under this number. */
  | { readonly kind: 'received'; readonly reportId: string }
  /** TNS took nothing of it. */
  | { readonly kind: 'refused'; readonly message: string; readonly feedback: readonly Feedback[] }
  /** It never reached TNS, or TNS did not read it. */
  | { readonly kind: 'not_sent'; readonly message: string }
  /** TNS rejects the key or the marker. */
  | { readonly kind: 'key_refused'; readonly message: string }
  /** It is unknown whether TNS took it. */
  | { readonly kind: 'in_doubt'; readonly message: string };

/** TNS's result for one report. */
export interface Feedback {
  /** From the report's internal_ids; undefined if TNS does not return it. */
  readonly diaObjectId: string | undefined;
  /** Undefined if the report is received and not processed yet. */
  readonly outcome: Extract<TnsOutcome, 'inserted' | 'existing' | 'identical' | 'refused'> | undefined;
  /** Without prefix: `2026ob`. */
  readonly objname: string | undefined;
  readonly message: string | undefined;
}

/** The result of the call for the reply. */
export type ReplyVerdict =
  | { readonly kind: 'feedback'; readonly feedback: readonly Feedback[] }
  | { readonly kind: 'not_ready' }
  | { readonly kind: 'key_refused'; readonly message: string }
  /** A retry may succeed. */
  | { readonly kind: 'failed'; readonly message: string };

/** The result of the search for an internal name. */
export type SearchVerdict =
  | { readonly kind: 'found'; readonly objname: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'key_refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Only a 200 with a number is a receipt; only a 4xx proves that nothing was taken. */
export function submissionVerdictOf(answer: Answer): SubmissionVerdict {
  const { status } = answer;
  const message = errorText(answer);
  if (isKeyRefusal(status)) return { kind: 'key_refused', message };
  if (status === 429) return { kind: 'not_sent', message };
  const data = recordOf(readJson(answer.body)?.data);
  const reportId = data?.report_id;
  if (status === 200 && (typeof reportId === 'number' || typeof reportId === 'string') && reportId !== '') {
    return { kind: 'received', reportId: String(reportId) };
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return { kind: 'refused', message, feedback: feedbackIn(data) ?? [] };
  }
  return { kind: 'in_doubt', message };
}

/** A 400 may have feedback as a 200 does: the rejected fields. */
export function replyVerdictOf(answer: Answer): ReplyVerdict {
  const message = errorText(answer);
  if (answer.status === 404) return { kind: 'not_ready' };
  if (isKeyRefusal(answer.status)) return { kind: 'key_refused', message };
  const feedback = feedbackIn(recordOf(readJson(answer.body)?.data));
  if ((answer.status === 200 || answer.status === 400) && feedback) return { kind: 'feedback', feedback };
  return { kind: 'failed', message };
}

/** The list of objects is under data.reply, in newer replies in data itself. */
export function searchVerdictOf(answer: Answer): SearchVerdict {
  const message = errorText(answer);
  if (isKeyRefusal(answer.status)) return { kind: 'key_refused', message };
  const data = readJson(answer.body)?.data;
  const list = Array.isArray(data) ? data : recordOf(data)?.reply;
  if (answer.status !== 200 || !Array.isArray(list)) return { kind: 'failed', message };
  const objname = list.map((item) => recordOf(item)?.objname).find((name) => typeof name === 'string');
  return typeof objname === 'string' ? { kind: 'found', objname } : { kind: 'none' };
}

function isKeyRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

/** One entry a report, in the order of the submission. */
function feedbackIn(data: JsonObject | undefined): Feedback[] | undefined {
  const entries = recordOf(data?.feedback)?.at_report;
  // PHP's JSON writes a list with gaps as an object.
  const list = Array.isArray(entries) ? entries : Object.values(recordOf(entries) ?? {});
  if (list.length === 0) return undefined;
  return list.map((entry) => feedbackOf(recordOf(entry) ?? {}));
}

/** TNS's message numbers for the result of a report. Source: its manual of bulk reports. */
const INSERTED = 100;
const EXISTING = 101;
const IDENTICAL = 5;

function feedbackOf({ internal_ids: ids, ...entry }: JsonObject): Feedback {
  const diaObjectId = recordOf(ids)?.diaObjectId;
  const messages = messagesIn(entry, '');
  const named = (number: number) => messages.find(({ id }) => id === number);
  const settled = named(INSERTED) ?? named(EXISTING);
  const identical = messages.find(({ id, text }) => id === IDENTICAL || /identical at report/i.test(text));
  const message = messages.map(({ where, text }) => (where === '' ? text : `${where}: ${text}`)).join('; ');
  return {
    diaObjectId: typeof diaObjectId === 'string' ? diaObjectId : undefined,
    outcome: settled
      ? settled.id === INSERTED
        ? 'inserted'
        : 'existing'
      : identical
        ? 'identical'
        : messages.length > 0
          ? 'refused'
          : undefined,
    objname: (settled ?? identical)?.objname,
    message: message === '' ? undefined : message,
  };
}

interface Message {
  readonly id: number;
  readonly text: string;
  readonly objname: string | undefined;
  /** The field that it is about, as `photometry.0.flux`; empty for the report. */
  readonly where: string;
}

/** Every message in an entry, at any depth: those about a field are under its name. */
function messagesIn(value: unknown, where: string): Message[] {
  if (Array.isArray(value)) return value.flatMap((item) => messagesIn(item, where));
  const record = recordOf(value);
  if (!record) return [];
  if (typeof record.message === 'string') {
    const objname = typeof record.objname === 'string' ? record.objname : undefined;
    return [{ id: Number(record.message_id ?? Number.NaN), text: excerpt(record.message), objname, where }];
  }
  return Object.entries(record).flatMap(([key, inner]) => {
    const isNumber = /^[0-9]+$/.test(key) && where === '';
    const step = isNumber || key === 'at_rep' ? where : [where, key].filter((name) => name !== '').join('.');
    return messagesIn(inner, step);
  });
}

type JsonObject = Readonly<Record<string, unknown>>;

function recordOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function readJson(text: string): JsonObject | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    // Not JSON, so not from TNS: the caller sees it by the missing members.
    return undefined;
  }
}

function errorText({ status, body }: Answer): string {
  return `HTTP ${status} ${excerpt(body)}`.trim();
}

const LONGEST_EXCERPT = 300;

/** The beginning of a text on one line, without tags or control characters. */
function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST_EXCERPT)
    .replace(/<[^>]*>|\p{C}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
