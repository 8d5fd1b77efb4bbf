import { randomBytes } from 'node:crypto';
import {
  assertKnown,
  COMMON_MIGRATIONS,
  MIGRATION_TABLE,
  MIGRATIONS,
  MIGRATIONS_BEFORE,
  neededAfter,
} from '../../migration.js';
import { question, statement, valueQuestion } from '../../statements.js';
import type { Transaction } from '../transaction.js';
import { ddlOf } from './ddl.js';
import { SCHEMA } from './tables-22.js';

/** Not by to_regclass, which may answer with what the session saw before it waited for another process's transaction. */
const TABLE_THERE = valueQuestion<bigint>(
  "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'lvra_migration')",
);
const APPLIED = question<{ applied: bigint; needed: bigint }>(
  'SELECT coalesce(max(number), 0) AS applied, coalesce(max(coalesce(needs, number)), 0) AS needed FROM lvra_migration',
);
const RECORD = statement('INSERT INTO lvra_migration (number, name, needs) VALUES (?, ?, ?)');
const AS_OF_SQLITE = statement(
  "INSERT INTO lvra_migration (number, name) SELECT number, 'as of SQLite' FROM generate_series(1, ?) number",
);
const NAME_FOLDER = statement('INSERT INTO data_folder (id) VALUES (?)');

type Asking = Pick<Transaction, 'get'>;

/** Whether there is a ledger in the database at all. */
export async function isLedger(ask: Asking): Promise<boolean> {
  return (await ask.get(TABLE_THERE)) === 1n;
}

/** @throws UsageError if the ledger comes from a newer release that this one cannot go on with */
export async function isNewest(ask: Asking, name: string): Promise<boolean> {
  return (await appliedTo(ask, name)) >= MIGRATIONS;
}

/** Brings an empty database, or a ledger of any age, to the newest schema. */
export async function migrate(tx: Transaction, name: string): Promise<void> {
  const applied = (await isLedger(tx)) ? await appliedTo(tx, name) : await makeFirst(tx);
  for (const [index, migration] of COMMON_MIGRATIONS.entries()) {
    const number = MIGRATIONS_BEFORE + index + 1;
    if (number <= applied) continue;
    await tx.define(ddlOf(migration.sql));
    await tx.run(RECORD, number, migration.name, neededAfter(number));
  }
}

async function appliedTo(ask: Asking, name: string): Promise<number> {
  const { applied, needed } = (await ask.get(APPLIED))!;
  assertKnown(name, Number(applied), Number(needed));
  return Number(applied);
}

/** Makes all that SQLite's own migrations make. @returns how many they are */
async function makeFirst(tx: Transaction): Promise<number> {
  await tx.define(ddlOf(`${MIGRATION_TABLE};${SCHEMA}`));
  await tx.run(NAME_FOLDER, randomBytes(8).toString('hex'));
  await tx.run(AS_OF_SQLITE, MIGRATIONS_BEFORE);
  return MIGRATIONS_BEFORE;
}
