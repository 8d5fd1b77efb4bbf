import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ledger } from '../ledger.js';
import { openDatabase } from '../sqlite/connection.js';
import { migrateTo } from '../sqlite/migrations.js';
import { ledgerPath, makePythonLedger, newLedger } from '../testing/ledgers.js';
import { newestOf } from './newest-score.js';

const NOW = 1_770_000_000_000;
const OBJECT = 313637921267122191n;

interface Scored {
  readonly diaSourceId: bigint;
  readonly modelVersion: string;
  readonly midpointMjdTai?: number | undefined;
}

function addScore({ database }: Ledger, object: bigint, { diaSourceId, modelVersion, midpointMjdTai }: Scored): void {
  database
    .prepare(
      "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, 's', 0.5, 'r0b', ?)",
    )
    .run(object, diaSourceId, modelVersion);
  if (midpointMjdTai === undefined) return;
  database
    .prepare('INSERT OR IGNORE INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)')
    .run(diaSourceId, midpointMjdTai);
}

/** Reserves the newest score of an object, so that the ledger remembers which one it was. */
function reserveNewest(ledger: Ledger, diaObjectId: bigint, refusedVersion?: string): bigint | undefined {
  const { scores, reservations } = ledger.annotations;
  const id = scores.newest('r0b', diaObjectId, refusedVersion);
  if (id === undefined) return undefined;
  const call = { sender: 'A', now: NOW, until: NOW + 1_000 };
  const limits = { refusedVersion, callsPerHour: 1_000 };
  const work = ledger.work('annotate', 'r0b');
  const { reserved } = reservations.reserve(work, [{ id, diaObjectId, seen: id }], call, limits);
  reservations.finish(work, reserved, call, 'taken', NOW);
  return id;
}

describe('the newest score of an object in the ledger', () => {
  test('continues from the one that Lasair holds, and those before that are not read again', (t) => {
    const ledger = newLedger(t, ['r0b']);
    addScore(ledger, OBJECT, { diaSourceId: 10n, modelVersion: 'a1' });
    addScore(ledger, OBJECT, { diaSourceId: 20n, modelVersion: 'a2' });
    assert.equal(reserveNewest(ledger, OBJECT), 2n);
    // Nothing does this. It shows whether the first row is looked at.
    ledger.database.exec('UPDATE provenance SET diaSourceId = 99 WHERE ID = 1');
    assert.equal(ledger.annotations.scores.newest('r0b', OBJECT), 2n);
    assert.equal(ledger.annotations.scores.newest('r0b', OBJECT, 'a2'), 1n, 'the held one may not stand');
  });

  test('is the same as among all of its scores, in any order and with any times and versions', (t) => {
    const ledger = newLedger(t, ['r0b']);
    ledger.database.pragma('synchronous = OFF');
    let seed = 1;
    const draw = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let goneOn = 0;
    for (let object = 1n; object <= 60n; object++) {
      const times = Array.from({ length: 6 }, () => (draw(3) === 0 ? undefined : 61_000 + draw(4)));
      for (let row = 0; row < 8; row++) {
        const place = draw(6);
        addScore(ledger, object, {
          diaSourceId: object * 10n + BigInt(place),
          modelVersion: ['a1', 'a2', 'a3'][draw(3)] as string,
          midpointMjdTai: times[place],
        });
        const refused = object % 4n === 0n ? 'a3' : undefined;
        const { scores } = ledger.annotations;
        const among = newestOf(scores.ofObject('r0b', object), refused)?.id;
        assert.equal(scores.newest('r0b', object, refused), among, `object ${object}, row ${row}`);
        if (draw(2) === 0 && reserveNewest(ledger, object, refused) !== undefined) goneOn++;
      }
    }
    assert.ok(goneOn > 100, `${goneOn} times`);
  });
});

test('a ledger of the release that ordered versions continues with its calls in flight, and no stale score stands', (t) => {
  const path = ledgerPath(t);
  makePythonLedger(path);
  const before = openDatabase(path, { create: false });
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
  const ledger = Ledger.open(path, ['r0b'], { create: false });
  t.after(() => ledger.close());
  const { scores, reservations } = ledger.annotations;
  const work = ledger.work('annotate', 'r0b');
  const sent = (now: number) => {
    const rows = scores.unsettled('r0b', 's', { history: 1 });
    const newest = rows.scores.filter(({ isSuperseded }) => !isSuperseded);
    for (const { id, history } of newest) assert.equal(history[0]?.id, id);
    const sendable = newest.map(({ id, diaObjectId }) => ({ id, diaObjectId: diaObjectId!, seen: rows.seen }));
    const call = { sender: 'new/1', now, until: now + 1_000 };
    const { reserved } = reservations.reserve(work, sendable, call, { callsPerHour: 1_000 });
    reservations.finish(work, reserved, call, 'taken', now);
    return reserved.map(({ id }) => id);
  };
  assert.deepEqual(sent(NOW), [3n, 8n]);
  assert.deepEqual(sent(NOW + 60_000), [2n], 'sent while the previous call may have been in flight');
  for (const [object, held] of [2n, 3n, 5n, 8n].entries()) {
    const facts = ledger.verification.objects.facts(BigInt(object + 1), 'r0b', NOW + 60_000);
    assert.deepEqual([facts?.newest.id, facts?.newest.outcome, facts?.acceptedId], [held, 'accepted', held]);
  }
});
