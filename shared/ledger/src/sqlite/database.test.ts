import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { question, statement, tupleQuestion, valueQuestion } from '../statements.js';
import { newConnection } from '../testing/sqlite.js';
import { openConnection } from './connection.js';
import { SqliteDatabase } from './database.js';

const ADD = statement('INSERT INTO item (id, name) VALUES (?, ?)');
const COUNT = valueQuestion<bigint>('SELECT count(*) FROM item');

/** The time within which another transaction gives up, ms. */
const TIMEOUT_MS = 200;

function newDatabase(t: TestContext) {
  const connection = newConnection(t);
  connection.exec('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)');
  return { connection, database: new SqliteDatabase(connection, TIMEOUT_MS) };
}

describe('a transaction of the ledger', () => {
  test('that waits for anything but its statements is rolled back, and writes nothing afterwards', async (t) => {
    const { database } = newDatabase(t);
    let late: Promise<unknown> = Promise.resolve();
    const transaction = database.writing(async (tx) => {
      await tx.run(ADD, 1n, 'one');
      late = setTimeout(1).then(() => tx.run(ADD, 2n, 'two'));
      await late;
    });
    await assert.rejects(transaction, /waited for something besides its statements, and was rolled back/);
    await assert.rejects(late, /after the end of its transaction/);
    assert.equal(await database.get(COUNT), 0n);
  });

  test('that asks past itself is rolled back instead of waiting for its own end', async (t) => {
    const { database } = newDatabase(t);
    const asks = database.writing(async (tx) => {
      await tx.run(ADD, 1n, 'one');
      return database.get(COUNT);
    });
    await assert.rejects(asks, /waited for something/);
    const nested = database.writing(() => database.writing((tx) => tx.run(ADD, 1n, 'one')));
    await assert.rejects(nested, /waited for something/);
  });

  test('is seen whole or not at all by others in the process, and by those that wait for their turn', async (t) => {
    const { database } = newDatabase(t);
    const counts: Promise<bigint | undefined>[] = [];
    const add = async (first: bigint) =>
      database.writing(async (tx) => {
        for (let id = first; id < first + 10n; id++) {
          await tx.run(ADD, id, 'item');
          counts.push(database.get(COUNT));
        }
      });
    await Promise.all([add(0n), add(10n), database.reading((ask) => ask.get(COUNT)), add(20n)]);
    for (const count of await Promise.all(counts)) assert.equal((count ?? 0n) % 10n, 0n);
    assert.equal(await database.get(COUNT), 30n);
  });

  test('that has just begun is not seen either, and a tidy of another stage does not meet it', async (t) => {
    const { database } = newDatabase(t);
    for (let ticks = 0; ticks < 15; ticks++) {
      const failing = database.writing(async (tx) => {
        await tx.run(ADD, 1n, 'one');
        for (let n = 0; n < 5; n++) await null;
        throw new Error('of the work');
      });
      const outcome = assert.rejects(failing, /of the work/);
      for (let n = 0; n < ticks; n++) await null;
      assert.equal(await database.get(COUNT), 0n, `after ${ticks} ticks`);
      await Promise.all([database.tidy(), outcome]);
    }
  });

  test('whose rollback fails too holds up nobody', async (t) => {
    const { connection, database } = newDatabase(t);
    const { exec } = connection;
    const rollback = t.mock.method(connection, 'exec', (sql: string) => {
      if (sql === 'ROLLBACK') throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
      return exec.call(connection, sql);
    });
    const failing = database.writing(() => Promise.reject(new Error('of the work')));
    await assert.rejects(failing, { name: 'LedgerUnavailable', message: /disk I.O error.*fix its volume/ });
    rollback.mock.restore();
    assert.equal(await database.get(COUNT), 0n);
    assert.equal(await database.writing((tx) => tx.run(ADD, 1n, 'one')), 1);
  });

  test('that fails leaves nothing, and the next one works', async (t) => {
    const { database } = newDatabase(t);
    const failing = database.writing(async (tx) => {
      await tx.run(ADD, 1n, 'one');
      throw new Error('of the work');
    });
    await assert.rejects(failing, /^Error: of the work$/);
    await database.writing((tx) => tx.run(ADD, 1n, 'one'));
    assert.equal(await database.get(COUNT), 1n);
  });

  test('waits for one of another process while this process goes on, and gives up in the end', async (t) => {
    const { connection, database } = newDatabase(t);
    const other = openConnection(connection.name, { create: false });
    t.after(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    const refused = database.writing((tx) => tx.run(ADD, 1n, 'one'));
    assert.equal(await database.get(COUNT), 0n);
    await assert.rejects(refused, {
      name: 'LedgerUnavailable',
      message: /does not take writes .*end the process that/,
    });
    const waiting = database.writing((tx) => tx.run(ADD, 1n, 'one'));
    await setTimeout(1);
    other.exec('COMMIT');
    assert.equal(await waiting, 1);
  });
});

test('questions of one instant do not see what another process commits between them', async (t) => {
  const { connection, database } = newDatabase(t);
  const other = openConnection(connection.name, { create: false });
  t.after(() => other.close());
  const counts = await database.reading(async (ask) => {
    const first = await ask.get(COUNT);
    other.exec("INSERT INTO item VALUES (1, 'one')");
    return [first, await ask.get(COUNT)];
  });
  assert.deepEqual(counts, [0n, 0n]);
  assert.equal(await database.get(COUNT), 1n);
});

test('a question may name a list of ids or of names, and no digit of an id is lost', async (t) => {
  const { database } = newDatabase(t);
  const ids = [9223372036854775807n, 170046091000545381n, -5n];
  await database.writing(async (tx) => {
    for (const id of ids) await tx.run(ADD, id, `it's "${id}"`);
  });
  const byId = tupleQuestion<[bigint]>('SELECT id FROM item WHERE id IN @ids ORDER BY id');
  assert.deepEqual(await database.all(byId, { ids: [ids[0]!, ids[1]!, 4n] }), [[ids[1]], [ids[0]]]);
  assert.deepEqual(await database.all(byId, { ids: [] }), []);
  const byName = question<{ id: bigint }>('SELECT id FROM item WHERE name IN @names AND id NOT IN @ids');
  assert.deepEqual(await database.all(byName, { names: ids.map((id) => `it's "${id}"`), ids: ids.slice(1) }), [
    { id: ids[0] },
  ]);
});
