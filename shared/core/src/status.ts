/**
 * The status codes of the ledger's status tables: the team's own, which they grep for.
 *
 * A code of 1 or -1 counts as done for everything downstream; every other code is work still to do.
 */
export const STATUS = {
  initialised: 0,
  done: 1,
  /** Done, but some alerts of the stem have no result; the quarantine or the outcomes say which. */
  partial: -1,
  inputNotFound: 21,
  outputNotFound: 22,
  unexpectedInputType: 23,
  /** Also if an id of the data is impossible. */
  keyMissing: 30,
  columnsMissing: 31,
  lasairRefused: 40,
  noLasairClient: 41,
  /** Written by the Python pipeline alone: every row of the stem failed at Lasair. */
  everyRowFailed: 42,
  generic: 99,
} as const;

export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

const MEANING: Record<StatusCode, string> = {
  0: 'initialised',
  1: 'done',
  [-1]: 'partial',
  21: 'input file not found',
  22: 'output file not found',
  23: 'input is not of the expected type',
  30: 'key missing or wrong in the data',
  31: 'columns missing in the input',
  40: 'Lasair refused the annotation',
  41: 'no Lasair client or token',
  42: 'every row failed at Lasair',
  99: 'generic error',
};

/** The meaning of a code; codes that the spec does not know are shown as they are. */
export function statusMeaning(code: number): string {
  return MEANING[code as StatusCode] ?? `status ${code}`;
}

/** True for the two codes after which the next stage may start. */
export function isDone(code: number): boolean {
  return code === STATUS.done || code === STATUS.partial;
}
