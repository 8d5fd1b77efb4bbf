import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../ledger.js';
import { makePythonLedger } from '../testing/ledgers.js';
import { ledgerPath } from '../testing/sqlite.js';
import { openConnection } from './connection.js';
import { migrateTo } from './migrations.js';

const NOW = 1_770_000_000_000;

test('a ledger of the release that ordered versions continues with its calls in flight, and no stale score stands', async (t) => {
  const path = ledgerPath(t);
  makePythonLedger(path);
  const before = openConnection(path, { create: false });
  migrateTo(before, 19);
  before.exec(`
    CREATE TABLE lvra_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT current_timestamp);
    INSERT INTO lvra_migration (number, name) VALUES (19, 'before');
    INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES
      (1, 1, 10, 's', 0.5, 'r0b', 'a2'), (2, 1, 10, 's', 0.5, 'r0b', 'a1'),
      (3, 2, 20, 's', 0.5, 'r0b', 'a1'), (4, 2, 20, 's', 0.5, 'r0b', 'a2'),
      (5, 3, 30, 's', 0.5, 'r0b', 'a2'), (6, 3, 25, 's', 0.5, 'r0b', 'a1'),
      (7, 4, 40, 's', 0.5, 'r0b', 'a2'), (8, 4, 45, 's', 0.5, 'r0b', 'a1');
    INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (4, 'superseded', 0), (5, 'accepted', 0), (7, 'accepted', 0);
    -- Of the first object a2 was in force, and its call is in flight; of the second a1 was, and nothing is sent yet.
    INSERT INTO annotation (vra, diaObjectId, accepted_ID, sending_ID, sender, sending_until, newest_under) VALUES
      ('r0b', 1, NULL, 1, 'killed/1', ${NOW + 60_000}, 'a2'), ('r0b', 3, 5, 5, 'killed/2', 0, 'a2'), ('r0b', 4, 7, 7, 'killed/3', 0, 'a2');`);
  before.close();
  const ledger = await Ledger.open(path, ['r0b'], { create: false });
  t.after(() => ledger.close());
  const { scores, reservations } = ledger.annotations;
  const work = ledger.work('annotate', 'r0b');
  const sent = async (now: number) => {
    const rows = await scores.unsettled('r0b', 's', { history: 1 });
    const newest = rows.scores.filter(({ isSuperseded }) => !isSuperseded);
    for (const { id, history } of newest) assert.equal(history[0]?.id, id);
    const sendable = newest.map(({ id, diaObjectId }) => ({ id, diaObjectId: diaObjectId!, seen: rows.seen }));
    const call = { sender: 'new/1', now, until: now + 1_000 };
    const { reserved } = await reservations.reserve(work, sendable, call, { callsPerHour: 1_000 });
    await reservations.finish(work, reserved, call, 'taken', now);
    return reserved.map(({ id }) => id);
  };
  assert.deepEqual(await sent(NOW), [3n, 8n]);
  assert.deepEqual(await sent(NOW + 60_000), [2n], 'sent while the previous call may have been in flight');
  const facts = await ledger.verification.objects.facts([1n, 2n, 3n, 4n], 'r0b', NOW + 60_000);
  for (const [object, held] of [2n, 3n, 5n, 8n].entries()) {
    const { newest, acceptedId } = facts[object]!;
    assert.deepEqual([newest.id, newest.outcome, acceptedId], [held, 'accepted', held]);
  }
});
