import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '@lvra/test-servers/postgres';
import { Ledger } from '../../ledger.js';
import { execute, rowsIn, valuesIn } from '../../testing/look-inside.js';
import { serverOf } from '../../testing/postgres.js';
import { ledgerPath } from '../../testing/sqlite.js';

/** What PostgreSQL calls SQLite's types. */
const TYPE: Readonly<Record<string, string>> = {
  INTEGER: 'bigint',
  REAL: 'double precision',
  TEXT: 'text',
  BLOB: 'bytea',
};

test('a ledger on a server has the tables, columns, keys and indexes of one in a file', async (t) => {
  const server = await startPostgres({ fsync: false });
  t.after(() => server.stop());
  await server.createDatabase('lvra');
  const inFile = await Ledger.open(ledgerPath(t), ['r0b', 'agn'], { create: true });
  t.after(() => inFile.close());
  const onServer = await Ledger.open(serverOf(server.address('lvra')), ['r0b', 'agn'], { create: true });
  t.after(() => onServer.close());

  const wanted = await rowsIn<{ name: string; column: string; type: string; isNeeded: bigint; key: bigint }>(
    inFile,
    `SELECT t.name, c.name AS "column", c.type, c."notnull" AS "isNeeded", c.pk AS "key"
     FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid`,
  );
  const found = await rowsIn(
    onServer,
    `SELECT c.table_name AS name, c.column_name AS "column", c.data_type AS type,
       CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS "isNeeded",
       coalesce((SELECT array_position(i.indkey::int2[], a.attnum) + 1 FROM pg_index i, pg_attribute a
         WHERE i.indisprimary AND i.indrelid = c.table_name::regclass AND a.attrelid = i.indrelid
           AND a.attname = c.column_name), 0) AS "key"
     FROM information_schema.columns c WHERE table_schema = 'public' ORDER BY table_name COLLATE "C", ordinal_position`,
  );
  const lower = (text: string) => text.toLowerCase();
  assert.deepEqual(
    found,
    wanted.map(({ name, column, type, isNeeded, key }) => ({
      ...{ name, column: lower(column), type: TYPE[type] },
      // SQLite lets a key be NULL where it does not say NOT NULL; PostgreSQL never does.
      isNeeded: key > 0n ? 1n : isNeeded,
      key,
    })),
  );

  const namesIn = async (ledger: Ledger, sql: string) => (await valuesIn<string>(ledger, sql)).map(lower).sort();
  assert.deepEqual(
    await namesIn(
      onServer,
      "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname !~ '_(pkey|key)$'",
    ),
    await namesIn(inFile, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"),
  );
  assert.deepEqual(
    await valuesIn(
      onServer,
      `SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'`,
    ),
    ['C'],
    'stems are compared byte by byte',
  );

  // The text that it keeps beside the data makes another one like it.
  await server.createDatabase('again');
  await server.hosts[0]?.query(await onServer.schema(), 'again');
  const counts = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'";
  assert.deepEqual(
    (await server.hosts[0]?.query(counts, 'again'))?.[0],
    (await server.hosts[0]?.query(counts, 'lvra'))?.[0],
  );

  const applied = 'SELECT max(number) FROM lvra_migration';
  assert.deepEqual(await valuesIn(onServer, applied), await valuesIn(inFile, applied));
  await execute(onServer, "INSERT INTO feature_making (stem) VALUES ('20260301_000001')");
  const [at] = await valuesIn<string>(onServer, 'SELECT timestamp FROM feature_making');
  assert.match(at ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'as SQLite writes it');
});
