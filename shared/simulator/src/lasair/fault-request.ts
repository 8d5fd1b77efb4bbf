import { ENDPOINTS, FAULT_STATUSES, type Fault, ITEM_FAULTS } from './faults.js';

/** The body of POST /fault is not a fault; the message says why. */
export class FaultRefused extends Error {
  override readonly name = 'FaultRefused';
}

type Check = { readonly says: string; readonly holds: (value: unknown) => boolean };

const oneOf = (values: readonly unknown[]): Check => ({
  says: `one of ${values.join(', ')}`,
  holds: (value) => values.includes(value),
});
const count: Check = { says: 'a whole number of at least 1', holds: (v) => Number.isInteger(v) && Number(v) >= 1 };
const span: Check = { says: 'a number of at least 0', holds: (v) => typeof v === 'number' && v >= 0 };
const ITEM_FIELDS = ['objectId', 'topic', 'classification', 'version', 'explanation', 'classdict', 'url'];
const item: Check = {
  says: `an object of texts with keys of ${ITEM_FIELDS.join(', ')}`,
  holds: (v) =>
    isRecord(v) && Object.entries(v).every(([name, text]) => ITEM_FIELDS.includes(name) && typeof text === 'string'),
};

const SCOPE: Record<string, Check> = {
  endpoint: oneOf(ENDPOINTS),
  times: count,
  probability: { says: 'a number from 0 to 1', holds: (v) => typeof v === 'number' && v >= 0 && v <= 1 },
  seed: { says: 'a whole number', holds: Number.isInteger },
};
const INSTEAD = { ...SCOPE, when: oneOf(['before', 'after']) };
const ITEM_SCOPE = { ...SCOPE, nth: count, item };

/** The members that each kind of fault may have besides `kind`. */
const MEMBERS: Record<Fault['kind'], Record<string, Check>> = {
  latency: { ...SCOPE, ms: span },
  continue: SCOPE,
  status: { ...INSTEAD, status: oneOf(FAULT_STATUSES), retryAfterSeconds: span },
  hang: INSTEAD,
  reset: INSTEAD,
  rubbish: INSTEAD,
  cut: SCOPE,
  ...(Object.fromEntries(ITEM_FAULTS.map((kind) => [kind, ITEM_SCOPE])) as Record<
    (typeof ITEM_FAULTS)[number],
    typeof ITEM_SCOPE
  >),
};
const REQUIRED: Partial<Record<Fault['kind'], string>> = { latency: 'ms', status: 'status' };

/**
 * Reads one fault, or a list of them, from JSON text.
 *
 * @throws FaultRefused if the text is not JSON, or not a fault
 */
export function readFaults(text: string): Fault[] {
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch (error) {
    throw new FaultRefused(`the body is not JSON: ${(error as SyntaxError).message}`);
  }
  return (Array.isArray(sent) ? sent : [sent]).map(readFault);
}

function readFault(sent: unknown): Fault {
  const kind = isRecord(sent) ? sent.kind : undefined;
  if (!isRecord(sent) || typeof kind !== 'string' || !Object.hasOwn(MEMBERS, kind)) {
    throw new FaultRefused(`a fault is an object whose kind is one of ${Object.keys(MEMBERS).join(', ')}`);
  }
  const members = MEMBERS[kind as Fault['kind']];
  for (const [name, value] of Object.entries(sent)) {
    if (name === 'kind') continue;
    const check = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!check) throw new FaultRefused(`${kind} has no ${name}; it may have ${Object.keys(members).join(', ')}`);
    if (!check.holds(value)) throw new FaultRefused(`${name} of ${kind} must be ${check.says}`);
  }
  const required = REQUIRED[kind as Fault['kind']];
  if (required !== undefined && !(required in sent)) {
    throw new FaultRefused(`${kind} needs ${required}: ${members[required]?.says}`);
  }
  return sent as unknown as Fault;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
