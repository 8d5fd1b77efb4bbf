import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { loadSettings, stagesOf } from '@lvra/config';
import { Random } from '@lvra/core';
import { Ledger, REFERENCE_SCHEMA } from '@lvra/ledger';
import { valuesIn } from '@lvra/ledger/testing/look-inside';
import { connectionOf } from '@lvra/ledger/testing/sqlite';
import { verify } from '@lvra/operations';
import { DataFolder } from '@lvra/runtime';
import { ScoredNights } from '../testing/scored-nights.js';

/** What a person or another program may leave in a cell, as SQL. */
const VALUES = [
  ...['NULL', "''", "'x'", "'NaN'", "'1e400'", "x''", "x'00ff'", "x'3230323630333031'", '-1', '-9223372036854775808'],
  ...['9223372036854775807', '0', '1', '2', '7.5', '1e300', '9e999', '-0.0', "'20260230_000000'", "'99999999_999999'"],
  ...[
    "'2026-13-45 25:61:61'",
    "'; DROP TABLE predict --'",
    'char(0, 27, 10)',
    'char(65279)',
    "replace(hex(zeroblob(5000)), '00', 'q')",
  ],
];

const TABLES = [...REFERENCE_SCHEMA.matchAll(/EXISTS (\w+)/g)].map(([, table]) => table as string);
const SEED = Number(process.env.SEED ?? 20261127);
const ROUNDS = Number(process.env.COUNT ?? 150);

describe('lvra verify on a ledger with odd rows', () => {
  let nights: ScoredNights;
  const empty = ScoredNights.empty({ after });
  before(async () => {
    nights = await (await empty).simulate(24, 8);
  });

  test('ends with a verdict, whatever stands in the six tables', async () => {
    const settings = loadSettings({ environment: nights.environment });
    const whole = `${nights.paths.database}.whole`;
    const damaged = `${nights.paths.database}.damaged`;
    await nights.look((ledger) => ledger.copyTo(whole));
    const range = ['00000000_000000', '99999999_999999'] as const;
    const options = {
      ...{ range, kafka: false, scores: false, sandbox: nights.sandbox.endpoint },
      ...{ lookAgainMs: 0, onProgress: () => {} },
    };
    /** The verdict on a copy of the ledger into which these values were written. */
    const verdict = async (edits: readonly string[]) => {
      copyFileSync(whole, damaged);
      const ledger = await Ledger.open(damaged, ['r0b'], { create: false });
      const { paths } = nights;
      try {
        const connection = connectionOf(ledger);
        connection.pragma('synchronous = OFF');
        for (const sql of edits) {
          try {
            connection.exec(sql);
          } catch (error) {
            // Primary keys and NOT NULL keep some of it out.
            assert.match(String(error), /constraint|datatype mismatch/, sql);
          }
        }
        return await verify(
          {
            settings,
            paths,
            folder: new DataFolder(paths, ledger),
            ledger,
            vras: ['r0b'],
            stages: stagesOf(settings),
          },
          options,
        );
      } finally {
        await ledger.close();
      }
    };
    const columns = new Map<string, string[]>();
    for (const table of TABLES) {
      const named = 'SELECT name FROM pragma_table_info(?)';
      columns.set(table, await nights.look((ledger) => valuesIn<string>(ledger, named, table)));
    }
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(SEED + round);
      const pick = <T>(list: readonly T[]) => list[Math.floor(random.uniform() * list.length)] as T;
      const edits = Array.from({ length: 1 + (round % 4) }, () => edit(pick, columns));
      try {
        await verdict(edits);
      } catch (error) {
        assert.fail(`seed ${SEED + round}, after ${edits.join('; ')}: ${(error as Error).stack}`);
      }
    }
    assert.deepEqual((await verdict([])).kept, []);
  });

  for (const [name, sql, says] of [
    ['a table is gone', 'DROP TABLE provenance', /the table provenance is missing/],
    ['a column is gone', 'ALTER TABLE source DROP COLUMN midpointMjdTai', /source has no column midpointmjdtai/],
    ['an index is gone', 'DROP INDEX tns_report_open', /the index tns_report_open is missing/],
    [
      'a view stands for a table',
      'ALTER TABLE annotating RENAME TO kept; CREATE VIEW annotating AS SELECT * FROM kept',
      /annotating is a view, not a table/,
    ],
  ] as const) {
    test(`says that ${name}`, async (t) => {
      const copy = await nights.copy(t);
      await copy.look((ledger) => connectionOf(ledger).exec(sql));
      const { code, stdout, stderr } = await copy.run(['verify']);
      assert.equal(code, 1, stderr);
      assert.match(stdout, says);
    });
  }

  test('says that the file is damaged', async (t) => {
    const copy = await nights.copy(t);
    await copy.look((ledger) => connectionOf(ledger).pragma('wal_checkpoint(TRUNCATE)'));
    const file = openSync(copy.paths.database, 'r+');
    for (let page = 3; page < 12; page++) writeSync(file, Buffer.alloc(2_000, 0x41), 0, 2_000, page * 4_096);
    closeSync(file);
    const { code, stdout, stderr } = await copy.run(['verify']);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^ledger +.*the file is damaged: /m);
  });
});

/** A statement that writes odd values into a row, new or there. */
function edit(pick: <T>(list: readonly T[]) => T, columnsOf: ReadonlyMap<string, readonly string[]>): string {
  const table = pick(TABLES);
  const columns = columnsOf.get(table)!;
  const column = pick(columns);
  if (pick([true, false])) {
    return `UPDATE ${table} SET ${column} = ${pick(VALUES)}
      WHERE rowid = (SELECT rowid FROM ${table} ORDER BY rowid LIMIT 1 OFFSET ${pick([0, 1, 2])})`;
  }
  const others = columns.filter((name) => name !== 'timestamp' || pick([true, false]));
  return `INSERT INTO ${table} (${others.join(', ')}) VALUES (${others.map(() => pick(VALUES)).join(', ')})`;
}
