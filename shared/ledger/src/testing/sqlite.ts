import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { Ledger } from '../ledger.js';
import { openConnection } from '../sqlite/connection.js';
import { SqliteDatabase } from '../sqlite/database.js';
import type { Connection } from '../sqlite/driver.js';
import type { Engine } from './engine.js';

/** For tests that look into a ledger's file beside it, or damage it. */
export { type Connection as Database, default as Sqlite } from '../sqlite/driver.js';
export { SqliteDatabase };

/** The path of a `log.db` in a new folder that goes when the test ends. */
export function ledgerPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-ledger-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'db', 'log.db');
}

export const SQLITE: Engine = {
  name: 'sqlite',
  serve: async () => ({ environment: {}, stop: async () => {} }),
  newPlace: ledgerPath,
  open: (path, vras, options) => Ledger.open(path, vras, options),
  hurry: async (ledger) => {
    connectionOf(ledger).pragma('synchronous = OFF');
  },
};

/** A connection to a new and empty file, as the ledger opens its own; closed when the test ends. */
export function newConnection(t: TestContext): Connection {
  const path = ledgerPath(t);
  mkdirSync(dirname(path));
  const connection = openConnection(path, { create: true });
  t.after(() => connection.close());
  return connection;
}

/** The connection of a ledger, which no transaction may be using. */
export function connectionOf(ledger: Ledger): Connection {
  return SqliteDatabase.insideOf(Ledger.databaseOf(ledger) as SqliteDatabase).connection;
}

/** How long transactions of a ledger wait for those of others before they give up. */
export function setLockTimeout(ledger: Ledger, ms: number): void {
  SqliteDatabase.insideOf(Ledger.databaseOf(ledger) as SqliteDatabase).lock.timeoutMs = ms;
}
