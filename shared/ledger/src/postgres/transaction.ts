import type pg from 'pg';
import type { Writing } from '../database.js';
import type { Insert, Question, Statement, Values } from '../statements.js';
import { rowTypesOf } from './row-types.js';
import { type Ready, ready, readyForMany } from './statement-text.js';
import { timed } from './timed.js';

/** A statement of a write transaction that waits longer for its answer has lost it, or its server: locks take 10 s at most. */
const ANSWER_WITHIN_MS = 15_000;
/** Questions may read all of a large ledger. */
const LONG_ANSWER_WITHIN_MS = 600_000;

/** Statements on one connection, until its transaction has ended. */
export class Transaction implements Writing {
  readonly #client: pg.Client;
  readonly #withinMs: number;
  hasEnded = false;

  constructor(client: pg.Client, isWriting: boolean) {
    this.#client = client;
    this.#withinMs = isWriting ? ANSWER_WITHIN_MS : LONG_ANSWER_WITHIN_MS;
  }

  async get<Row>(question: Question<Row>, ...values: Values): Promise<Row | undefined> {
    return (await this.all(question, ...values))[0];
  }

  async all<Row>(question: Question<Row>, ...values: Values): Promise<Row[]> {
    const { shape, sql } = question;
    const rowMode = shape === 'object' ? {} : { rowMode: 'array' };
    const { rows } = await this.#query({
      ...this.#queryOf(ready(sql, values)),
      types: rowTypesOf(question),
      ...rowMode,
    });
    return shape === 'value' ? rows.map(([value]) => value) : (rows as Row[]);
  }

  async run({ sql }: Statement, ...values: Values): Promise<number> {
    return (await this.#query(this.#queryOf(ready(sql, values)))).rowCount ?? 0;
  }

  async each(insert: Insert, rows: readonly Values[]): Promise<number> {
    if (rows.length === 0) return 0;
    return (await this.#query(this.#queryOf(readyForMany(insert, rows)))).rowCount ?? 0;
  }

  /** Changes the schema, which takes as long as there are rows. */
  async define(sql: string): Promise<void> {
    await this.#query(sql, LONG_ANSWER_WITHIN_MS);
  }

  /** Begins or ends the transaction. @returns what the server says was done */
  async control(sql: string): Promise<string> {
    const done: unknown = await this.#query(sql);
    return String((Array.isArray(done) ? done.at(-1) : done).command);
  }

  #queryOf({ name, text, values }: Ready): pg.QueryConfig {
    return { name, text, values: values as unknown[] };
  }

  // biome-ignore lint/suspicious/noExplicitAny: the type of rows is the caller's
  #query(query: string | pg.QueryConfig, withinMs = this.#withinMs): Promise<pg.QueryResult<any>> {
    if (this.hasEnded) throw new Error('a statement came after the end of its transaction, and was not executed');
    return timed(this.#client.query(query), withinMs);
  }
}
