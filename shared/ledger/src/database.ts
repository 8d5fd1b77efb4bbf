import type { Insert, Question, Statement, Values } from './statements.js';

/** Asks the ledger. */
export interface Questions {
  /** The first row; undefined if there is none. */
  get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined>;
  all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]>;
}

/** Asks and changes the ledger, within a transaction. */
export interface Writing extends Questions {
  /** @returns how many rows it changed */
  run(statement: Statement, ...values: Values): Promise<number>;
  /** Many rows of one INSERT, in their order. @returns how many it inserted or changed */
  each(insert: Insert, rows: readonly Values[]): Promise<number>;
}

/** A value that is not of its column's type. */
export interface OddValue {
  readonly table: string;
  readonly column: string;
  /** As SQL writes it. */
  readonly value: string;
  /** The row's ID; undefined if the table has none. */
  readonly id: bigint | undefined;
  /** The row's stem; undefined if the table has none. */
  readonly stem: string | undefined;
}

/** How long a write transaction took, ms. */
export interface WriteTime {
  /** In all. */
  readonly ms: number;
  /** Of these, the wait for its turn: one transaction writes at a time, in all processes. */
  readonly waitedMs: number;
  /** Of these, the commit. */
  readonly commitMs: number;
}

/** What can be locked: the steps of the pipeline, and reporting to TNS. */
export const LOCKABLE = ['consumer', 'feature', 'predict', 'annotate', 'tns'] as const;

export type Lockable = (typeof LOCKABLE)[number];

/** Locks that are held; they are also released when the process ends. */
export interface HeldLocks {
  /** @throws LedgerUnavailable if they were lost, and are to be taken again by the next look; LockHeld if another process has one */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Where the ledger is kept. Everything that differs between one database and another is behind this.
 *
 * Each method rejects with the errors of errors.ts if the database cannot do its part, and with the database's own if
 * the statement is wrong.
 */
export interface Database extends Questions {
  /** For people: its path, or its host and name. */
  readonly name: string;
  /** Tells it from every other, also from a copy that took its place; undefined if that is not known. */
  readonly identity: string | undefined;
  /** Whether other hosts may use it too. */
  readonly isOnServer: boolean;
  /** Asks several questions about one instant. `work` awaits nothing else. */
  reading<T>(work: (ask: Questions) => Promise<T>): Promise<T>;
  /**
   * One transaction: all of it or nothing. It is the only writer of the ledger from its first statement on, so what it
   * reads stays true until it commits. `work` awaits nothing else: a transaction that waits for something holds up all
   * processes.
   */
  writing<T>(work: (tx: Writing) => Promise<T>): Promise<T>;
  /** Calls `watcher` after every write transaction. */
  onWrite(watcher: (time: WriteTime) => void): void;
  /**
   * Locks that all hosts which use the ledger see: `exclusive` for a program that does all the work itself, `shared` for services.
   * Where one host alone can use it, there are none; that host's own locks do.
   *
   * @throws LockHeld, which says who holds one
   */
  lock(names: readonly Lockable[], mode: 'exclusive' | 'shared', holder: string): Promise<HeldLocks>;
  /**
   * Checks that it is still the ledger that was opened, and that its locks are held.
   *
   * @throws LedgerReplaced, LedgerGone, LockHeld
   */
  assertInPlace(): Promise<void>;
  /** Writes something that changes nothing, to see whether it can be written. */
  probe(): Promise<void>;
  /** Does what commits would have to do sooner or later; a stage calls it when it is idle. */
  tidy(): Promise<void>;
  /**
   * A number that another process's commit changes, for who looks whether there is something new. That of one opening means
   * nothing for the next.
   *
   * @throws LedgerReplaced, LedgerGone if it is not the ledger that was opened
   */
  version(): Promise<bigint>;
  /** Bytes of the log that is not yet part of the database. */
  logBytes(): Promise<number>;
  /** How far this host's clock is ahead of that of the ledger's server, ms; 0 where there is none. */
  clockOffsetMs(): Promise<number>;
  /** After rows came with their IDs: new ones get greater ones. */
  adoptKeys(): Promise<void>;
  /** Values that are not of their column's type, where the database lets them in. */
  oddValues(): Promise<OddValue[]>;
  /** The SQL that makes an empty ledger of this form. */
  schema(): Promise<string>;
  /** Writes a checked copy as of one instant to a file, while other processes work. @throws UsageError if it cannot */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
}
