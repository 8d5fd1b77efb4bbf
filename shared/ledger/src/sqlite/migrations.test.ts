import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../ledger.js';
import { makePythonLedger, statusRows } from '../testing/ledgers.js';
import { tuplesIn } from '../testing/look-inside.js';
import { ledgerPath } from '../testing/sqlite.js';
import { openConnection } from './connection.js';
import { migrateTo } from './migrations.js';

const [DONE, WAITS, FAILED] = ['20260301_000001', '20260301_000002', '20260301_000003'] as const;
const NOW = 1_790_000_000_000;
/** Of the last release that had `lvra replay`. */
const WITH_REPLAYS = 19;

test('a ledger with a replay half done, and work in every stage, is opened with all but the replay', async (t) => {
  const path = ledgerPath(t);
  const rows = [statusRows(DONE, 1, 1, 1), statusRows(WAITS, 1, 0, 0), statusRows(FAILED, 1, 1, 40)].join('');
  makePythonLedger(path, `${rows} CREATE VIEW mine AS SELECT * FROM replayed_score;`);
  const before = openConnection(path, { create: false });
  migrateTo(before, WITH_REPLAYS);
  before.exec(`
    CREATE TABLE lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp);
    INSERT INTO lvra_migration (number, name) VALUES (${WITH_REPLAYS}, 'before');
    INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name, model_version)
      VALUES (1, 7, 11, '${DONE}', 0.25, 'r0b', 'a1'), (2, 8, 12, '${FAILED}', 0.5, 'r0b', 'a1');
    INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (1, 'accepted', 5);
    INSERT INTO annotation (vra, diaObjectId, accepted_ID, sending_ID, sender, sending_until)
      VALUES ('r0b', 7, 1, 1, 'host/1/1', 0), ('r0b', 8, NULL, 2, 'host/2/2', ${NOW + 60_000});
    INSERT INTO work (stage, vra, stem, owner, lease_until, attempts, error)
      VALUES ('annotate', 'r0b', '${FAILED}', NULL, 0, 3, 'Lasair refused it');
    INSERT INTO replay (ID, job, begun_at) VALUES (1, '{"stage":"predict","vra":"r0b"}', 1);
    INSERT INTO replay_stem VALUES (1, '${DONE}', 'done', 1, 0, 0.0);
    INSERT INTO replayed_stem (ID, vra, model_version, stem, at) VALUES (1, 'r0b', 'a2', '${DONE}', 1);
    INSERT INTO replayed_score VALUES (1, 0, 7, 11, 0.75);`);
  before.close();

  const ledger = await Ledger.open(path, ['r0b'], { create: false });
  t.after(() => ledger.close());
  const all = (sql: string) => tuplesIn(ledger, sql);
  assert.deepEqual(await all("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'replay%'"), []);
  assert.deepEqual(await all('SELECT ID, score, model_version FROM provenance ORDER BY ID'), [
    [1n, 0.25, 'a1'],
    [2n, 0.5, 'a1'],
  ]);
  assert.deepEqual(await all('SELECT diaObjectId, accepted_ID, sending_ID FROM annotation ORDER BY 1'), [
    [7n, 1n, 1n],
    [8n, null, 2n],
  ]);
  assert.deepEqual(await ledger.work('predict', 'r0b').pending(NOW, 1), [WAITS]);
  assert.deepEqual(await ledger.work('annotate', 'r0b').claim(FAILED, 'me', NOW, 30_000), {
    kind: 'claimed',
    attempt: 4,
  });

  // The replay continues as a backfill.
  assert.deepEqual(await ledger.compared.versions('r0b', '20260301', '20260301'), ['a1']);
  assert.equal((await ledger.backfill.ask('r0b', [{ stem: DONE, first: 'predict', last: 'predict' }])).added, 1);
  assert.equal(await ledger.work('predict', 'r0b').nextBackfilled(NOW, 1), DONE);
});
