/** The checks of `lvra verify`, each a part of the promise. */
export const CHECKS = [
  'ledger',
  'value',
  'message',
  'batch',
  'offsets',
  'quarantine',
  'features',
  'mapping',
  'scores',
  'outcomes',
  'annotation',
  'id',
  'doubled',
] as const;

export type Check = (typeof CHECKS)[number];

/** Something that is not as promised. */
export interface Finding {
  readonly check: Check;
  readonly stem?: string;
  readonly vra?: string;
  /** diaObjectId as digits. */
  readonly object?: string;
  /** What is wrong. */
  readonly what: string;
  /** What the operator should do. */
  readonly todo: string;
}

/** What was checked. Everything counted as pending, left out or cleared is explained by a status and not wrong. */
export interface Counts {
  stems: number;
  /** Of stems of the Python pipeline: there are no offsets to check. */
  stemsOfOthers: number;
  batchFiles: number;
  alerts: number;
  quarantined: number;
  /** Messages that Kafka's retention removed before they were read. Kafka never delivered them, so nothing is wrong here. */
  gone: number;
  /** Messages that another consumer of the group has read, as the Python pipeline does between two runs of this one. */
  readByOthers: number;
  /** Messages that have no `alert`, and so no feature row. */
  withoutAlert: number;
  featureRows: number;
  scores: number;
  objects: number;
  /** By outcome. */
  outcomes: Record<string, number>;
  /** Stems that a stage still has to do, by stage and VRA. */
  pending: Record<string, number>;
  /** Stems that a stage gave up on, by stage and VRA: `lvra dead`. */
  dead: Record<string, number>;
  /** Files of nights that were cleared away as a whole; their stems are checked in the ledger alone. */
  clearedFiles: number;
  /** Messages in Kafka that are not read yet; only with --kafka. */
  unread?: number;
  /** Annotations that were compared with what Lasair holds; only with --sandbox. */
  held?: number;
}

/** No more than this many are kept; the rest is counted. */
const MOST_KEPT = 1_000;

/** Collects what is found, in bounded memory however much is wrong. */
export class Findings {
  readonly kept: Finding[] = [];
  /** What an operator should know though nothing is wrong. */
  readonly notes: string[] = [];
  total = 0;
  readonly counts: Counts = {
    ...{ stems: 0, stemsOfOthers: 0, batchFiles: 0, alerts: 0, quarantined: 0, gone: 0, readByOthers: 0 },
    ...{ withoutAlert: 0, featureRows: 0, scores: 0, objects: 0, clearedFiles: 0 },
    ...{ outcomes: {}, pending: {}, dead: {} },
  };

  note(what: string): void {
    if (this.notes.length < MOST_KEPT) this.notes.push(what);
  }

  add(finding: Finding): void {
    this.total++;
    if (this.kept.length < MOST_KEPT) this.kept.push(finding);
  }
}

/** Adds one to a number that has a name. */
export function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
