import type { Writing } from '../database.js';
import { Ledger } from '../ledger.js';

export type { Value } from '../statements.js';

import { question, statement, tupleQuestion, type Values, valueQuestion } from '../statements.js';

/** What tests ask of a ledger, and change in it, where its methods do not. */

export type Row = Record<string, unknown>;

export function rowsIn<T extends object = Row>(ledger: Ledger, sql: string, ...values: Values): Promise<T[]> {
  return Ledger.databaseOf(ledger).all(question<T>(sql), ...values);
}

/** The first row. */
export function rowIn<T extends object = Row>(ledger: Ledger, sql: string, ...values: Values): Promise<T | undefined> {
  return Ledger.databaseOf(ledger).get(question<T>(sql), ...values);
}

export function tuplesIn<T extends readonly unknown[] = unknown[]>(
  ledger: Ledger,
  sql: string,
  ...values: Values
): Promise<T[]> {
  return Ledger.databaseOf(ledger).all(tupleQuestion<T>(sql), ...values);
}

/** The first column of the first row. */
export function valueIn<T = unknown>(ledger: Ledger, sql: string, ...values: Values): Promise<T | undefined> {
  return Ledger.databaseOf(ledger).get(valueQuestion<T>(sql), ...values);
}

/** The first column. */
export function valuesIn<T = unknown>(ledger: Ledger, sql: string, ...values: Values): Promise<T[]> {
  return Ledger.databaseOf(ledger).all(valueQuestion<T>(sql), ...values);
}

/** @returns how many rows it changed */
export function execute(ledger: Ledger, sql: string, ...values: Values): Promise<number> {
  return Ledger.databaseOf(ledger).writing((tx) => tx.run(statement(sql), ...values));
}

/** Several changes at once. */
export function changing<T>(ledger: Ledger, work: (tx: Writing) => Promise<T>): Promise<T> {
  return Ledger.databaseOf(ledger).writing(work);
}
