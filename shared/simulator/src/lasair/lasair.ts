import type { JsonValue } from '@lvra/alerts';
import { type Account, authenticate } from './accounts.js';
import type { Endpoint, Faults } from './faults.js';
import { type Annotation, readAnnotation } from './fields.js';
import { type Answer, answers } from './http/answers.js';
import { readBody } from './http/body.js';
import { isDictionary, pythonJsonString, pythonType } from './python.js';
import type { Throttle } from './throttle.js';

/** A call at one of the two endpoints. */
export interface Call {
  readonly method: string;
  readonly endpoint: Endpoint;
  readonly authorization: string | undefined;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}

/** The result of a call at Lasair. */
export interface Outcome {
  readonly answer: Answer;
  /** The name of the account, if the token was valid. */
  readonly user?: string;
  /** How many annotations were sent, valid or not. */
  readonly items: number;
  /** Those that were queued before the end, in order; on an error these stay queued. */
  readonly queued: readonly Annotation[];
}

/** A Lasair annotator: a topic, and who may write to it. */
export interface Topic {
  readonly active: boolean;
  /** The names of the accounts that may. */
  readonly owners: ReadonlySet<string>;
}

export interface LasairOptions {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly topics: ReadonlyMap<string, Topic>;
  readonly callsPerHour: number;
  readonly throttle: Throttle;
  readonly faults: Faults;
}

/** Lasair's annotation calls: the response and what is queued, for each. No network here. */
export class Lasair {
  readonly #options: LasairOptions;

  constructor(options: LasairOptions) {
    this.#options = options;
  }

  /** In the order of Django REST framework: authentication, throttle, method, and only then the body. */
  receive(call: Call): Outcome {
    const { accounts, throttle, callsPerHour } = this.#options;
    const account = authenticate(call.authorization, call.query, accounts);
    if (!('user' in account)) return { answer: account, items: 0, queued: [] };
    const refuse = (answer: Answer): Outcome => ({ answer, user: account.user, items: 0, queued: [] });
    if (!throttle.admits(account.user, account.callsPerHour ?? callsPerHour)) return refuse(answers.throttled());
    if (call.method !== 'POST') return refuse(answers.methodNotAllowed(call.method));
    const sent = annotationsOf(call);
    if ('status' in sent) return refuse(sent);
    const queued: Annotation[] = [];
    const error = this.#queueInTurn(sent, call.endpoint, account, queued);
    return { answer: error ?? success(call.endpoint, queued), user: account.user, items: sent.length, queued };
  }

  /** One after the other, up to the first error. */
  #queueInTurn(
    sent: readonly JsonValue[],
    endpoint: Endpoint,
    account: Account,
    queued: Annotation[],
  ): Answer | undefined {
    const { faults } = this.#options;
    for (const [index, item] of sent.entries()) {
      const read = readAnnotation(item);
      if ('errors' in read) return answers.badFields(read.errors);
      const { annotation } = read;
      const struckBy = (kind: Parameters<Faults['ofItem']>[0]) => faults.ofItem(kind, endpoint, annotation, index + 1);
      if (struckBy('bad-item')) return answers.badFields({ classification: ['Not a valid string.'] });
      if (struckBy('database')) return answers.serverError();
      const refusal = this.#topicRefusal(annotation.topic, account, struckBy('inactive'));
      if (refusal !== undefined) return answers.refused(`Annotator error: ${refusal}`);
      if (struckBy('kafka')) return answers.refused('Kafka production failed: Local: Queue full\n');
      queued.push(annotation);
    }
    return undefined;
  }

  #topicRefusal(name: string, account: Account, asInactive: boolean): string | undefined {
    const topic = this.#options.topics.get(name);
    if (!topic) return `topic ${name} does not exist`;
    if (!topic.owners.has(account.user)) {
      return `${account.user} is not allowed to submit to topic ${name}`;
    }
    if (!topic.active || asInactive) return `topic ${name} is not active -- ask Lasair team`;
    return undefined;
  }
}

/** The annotations of a call as sent, unchecked, or the response that rejects the whole body. */
function annotationsOf(call: Call): readonly JsonValue[] | Answer {
  const body = readBody(call.body, call.contentType);
  if ('status' in body) return body;
  if (call.endpoint === 'annotate') {
    if (body.kind === 'json') return [body.value];
    // Lasair's documentation allows the query string too. Of several values of a name the last one counts.
    return [Object.fromEntries(call.body.length > 0 ? body.fields : call.query)];
  }
  if (body.kind === 'form') {
    const values = body.fields.getAll('annotations');
    return values.length > 0 ? values : answers.badFields({ annotations: ['This field is required.'] });
  }
  const whole = body.value;
  if (whole === null) return answers.badFields({ non_field_errors: ['No data provided'] });
  if (!isDictionary(whole)) {
    return answers.badFields({
      non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(whole)}.`],
    });
  }
  const list = whole.annotations;
  if (Array.isArray(list)) return list;
  if (list === undefined) return answers.badFields({ annotations: ['This field is required.'] });
  if (list === null) return answers.badFields({ annotations: ['This field may not be null.'] });
  return answers.badFields({ annotations: [`Expected a list of items but got type "${pythonType(list)}".`] });
}

function success(endpoint: Endpoint, queued: readonly Annotation[]): Answer {
  const [first] = queued;
  return endpoint === 'annotate' && first ? answers.queued(queuedMessage(first)) : answers.listQueued(queued.length);
}

/** The message as Python prints it: the id is a bare integer, exact. */
function queuedMessage(annotation: Annotation): string {
  const texts = (['topic', 'version', 'classification', 'explanation', 'classdict', 'url'] as const).map(
    (name) => `"${name}": ${pythonJsonString(annotation[name])}`,
  );
  return `{"diaObjectId": ${annotation.objectId}, ${texts.join(', ')}}`;
}
