import type pg from 'pg';

const IDENTITY = `SELECT (SELECT id FROM data_folder) AS folder, system_identifier::text AS cluster FROM pg_control_system()`;

/** Tells this ledger from every other, and its database cluster from every other; a standby has its primary's. */
export async function identityOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ folder: string; cluster: string }>(IDENTITY);
  return `data folder ${rows[0]?.folder}, database cluster ${rows[0]?.cluster}`;
}
