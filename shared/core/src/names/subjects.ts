import { isStem } from './stem.js';

/**
 * Every NATS name in the system, in one place: one subject a stem, so that a stem can be followed,
 * listed and published again.
 */

/** The token of a VRA in a subject, in a metric label and in a column of the status tables. */
const VRA_NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;

/** The other columns of the status tables. */
const TAKEN_NAMES = ['stem', 'timestamp'];

/** True if a name can be a VRA's: a letter, then at most 31 letters, digits or underscores. */
export function isVraName(text: string): boolean {
  return VRA_NAME.test(text) && !TAKEN_NAMES.includes(text.toLowerCase());
}

const stemSubject = (stem: string, ...tokens: string[]) => {
  if (!isStem(stem)) throw new TypeError(`${JSON.stringify(stem)} is not a stem (YYYYMMDD_HHMMSS)`);
  return ['lvra', ...tokens, stem].join('.');
};

export const subjects = {
  /** A batch file is registered. */
  alerts: (stem: string) => stemSubject(stem, 'alerts'),
  /** A VRA's feature file is there. */
  features: (vra: string, stem: string) => stemSubject(stem, 'features', vra),
  /** A VRA's scores are in the ledger. */
  scores: (vra: string, stem: string) => stemSubject(stem, 'scores', vra),
  /** A VRA's annotations of the stem are settled. */
  annotated: (vra: string, stem: string) => stemSubject(stem, 'annotated', vra),
  /** A stage gave up on the stem until an operator acts. */
  dead: (stage: string, vra: string, stem: string) => stemSubject(stem, 'dead', stage, vra),
  /** Without a stem and a subscriber: tests whether the bus takes messages. */
  probe: 'lvra.probe',
} as const;

/** The prefix of all names at a NATS server that one deployment has to itself. */
export const DEFAULT_PREFIX = 'lvra';

/** A JetStream stream. */
export interface StreamName {
  readonly name: string;
  readonly subjects: readonly string[];
}

/** The names of one deployment at NATS. Two with prefixes of their own share a server and nothing else. */
export interface NatsNames {
  /** Holds the work; the durable consumers are its own. */
  readonly work: StreamName;
  /** Holds the dead letters. */
  readonly dead: StreamName;
  /** A subject, or a filter of them, as the server knows it. */
  subject(name: string): string;
}

/** @param prefix instead of the `lvra` with which every subject begins */
export function natsNames(prefix: string): NatsNames {
  const subject = (name: string) => prefix + name.slice(DEFAULT_PREFIX.length);
  const work = ['lvra.alerts.*', 'lvra.features.*.*', 'lvra.scores.*.*', 'lvra.annotated.*.*', subjects.probe];
  const stream = prefix.toUpperCase();
  return {
    work: { name: stream, subjects: work.map(subject) },
    dead: { name: `${stream}_DEAD`, subjects: [subject('lvra.dead.*.*.*')] },
    subject,
  };
}

/** True if a text can be a prefix: no two prefixes have the same streams, whose names are in capital letters. */
export function isNatsPrefix(text: string): boolean {
  return /^[a-z][a-z0-9_-]{0,31}$/.test(text) && !text.endsWith('_dead');
}

/** The stem of a subject: always its last token. */
export function stemOfSubject(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
