import { randomBytes } from 'node:crypto';
import { type LedgerServer, parseLedgerServer } from '@lvra/core';
import { POSTGRES_PASSWORD, startPostgres } from '@lvra/test-servers/postgres';
import pg from 'pg';
import { Ledger } from '../ledger.js';
import { PostgresDatabase } from '../postgres/database.js';
import type { Engine } from './engine.js';

/** For tests that stop a process in its transactions. */
export { PostgresDatabase };

/** Where tests make their databases: the suite starts one server for all of its processes. */
const SERVER = 'LVRA_TEST_POSTGRES';

export const POSTGRES: Engine = {
  name: 'postgres',
  serve: async () => {
    const server = await startPostgres({ fsync: false });
    return { environment: { [SERVER]: server.address('postgres') }, stop: () => server.stop() };
  },
  newPlace: (t) => {
    const server = process.env[SERVER];
    if (server === undefined) throw new Error(`${SERVER} is not set: run the suite by postgres/suite/`);
    const name = `lvra_${randomBytes(6).toString('hex')}`;
    t.after(() => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    return server.replace(/[^/]+$/, name);
  },
  open: async (place, vras, options) => {
    const server = serverOf(place);
    if (options.create) await administer(place, `CREATE DATABASE ${server.database}`, THERE_ALREADY);
    return Ledger.open(server, vras, options);
  },
  // Its server is started without fsync.
  hurry: async () => {},
};

/** What a server says to a database that is there already, or that another process makes at this moment. */
const THERE_ALREADY = ['42P04', '23505'];

/** A place as the settings have it. */
export function serverOf(place: string): LedgerServer {
  const names = parseLedgerServer(place);
  if (!names) throw new Error(`${place} is no address of a ledger's server`);
  return { ...names, password: () => POSTGRES_PASSWORD, tls: undefined, singleServer: true };
}

async function administer(place: string, sql: string, unless: readonly string[] = []): Promise<void> {
  const { hosts, user } = serverOf(place);
  const client = new pg.Client({ ...hosts[0], user, password: POSTGRES_PASSWORD, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } catch (error) {
    if (!unless.includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
