import type { Annotation } from '../lasair/fields.js';
import type { Sandbox } from '../lasair/sandbox.js';

/** A caller for the sandbox's own tests: valid calls and their responses. */

export const TOKEN = 'sandbox-token';

/** A valid annotation of an object; its id is sent as digits by default. */
export function sample(objectId: string, changes: Partial<Annotation> = {}): Annotation {
  return {
    objectId,
    topic: 'r0b_lvra',
    classification: '0.963998322011434',
    version: 'a1',
    explanation: 'r0b - Real Or Bogus Classifier',
    classdict: '{"blame_diaSourceId": "313637921267122999", "n_gt22": 3}',
    url: 'https://lasairvras.github.io/lvra-doc/r0b.html',
    ...changes,
  };
}

/** Samples with the ids 313637921267122191 and those that follow. */
export function samples(n: number): Annotation[] {
  return Array.from({ length: n }, (_, index) => sample((313637921267122191n + BigInt(index)).toString()));
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is JSON. */
  readonly json: unknown;
}

/** POSTs JSON (text as it is, anything else printed) or, from URLSearchParams, a form. */
export async function post(
  sandbox: Pick<Sandbox, 'endpoint'>,
  path: string,
  body: unknown,
  headers: Record<string, string> = { Authorization: `Token ${TOKEN}` },
): Promise<Reply> {
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json';
  const response = await fetch(`${sandbox.endpoint}/${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': type, ...headers },
    body: typeof body === 'string' || body instanceof URLSearchParams ? body : JSON.stringify(body),
  });
  return readReply(response);
}

export async function get(address: string, headers: Record<string, string> = {}): Promise<Reply> {
  return readReply(await fetch(address, { headers, redirect: 'manual' }));
}

async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}
