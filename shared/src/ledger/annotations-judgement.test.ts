import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newLedger } from '../testing/ledgers.js';
import { newestOf, type Versions } from './annotations-newest.js';
import type { Ledger } from './ledger.js';

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
function reserveNewest(ledger: Ledger, diaObjectId: bigint, versions: Versions): bigint | undefined {
  const { scores, reservations } = ledger.annotations;
  const id = scores.newest('r0b', diaObjectId, versions);
  if (id === undefined) return undefined;
  const call = { sender: 'A', now: NOW, until: NOW + 1_000 };
  const limits = { versions, callsPerHour: 1_000 };
  const work = ledger.work('annotate', 'r0b');
  const { reserved } = reservations.reserve(work, [{ id, diaObjectId, seen: id }], call, limits);
  reservations.finish(work, reserved, call, 'taken', NOW);
  return id;
}

describe('the newest score of an object in the ledger', () => {
  test('goes on from the one that was found before, and those before that are not read again', (t) => {
    const ledger = newLedger(t, ['r0b']);
    addScore(ledger, OBJECT, { diaSourceId: 10n, modelVersion: 'a1' });
    addScore(ledger, OBJECT, { diaSourceId: 20n, modelVersion: 'a1' });
    assert.equal(reserveNewest(ledger, OBJECT, { version: 'a1' }), 2n);
    // Nothing does this. It shows whether the first row is looked at.
    ledger.database.exec('UPDATE provenance SET diaSourceId = 99 WHERE ID = 1');
    assert.equal(ledger.annotations.scores.newest('r0b', OBJECT, { version: 'a1' }), 2n);
    assert.equal(ledger.annotations.scores.newest('r0b', OBJECT, { version: 'a2' }), 1n);
    assert.equal(ledger.annotations.scores.newest('r0b', OBJECT, { version: 'a1', refusedVersion: 'a0' }), 1n);
  });

  test('is another one once another version of the model is configured, or refused', (t) => {
    const ledger = newLedger(t, ['r0b']);
    addScore(ledger, OBJECT, { diaSourceId: 10n, modelVersion: 'a1' });
    addScore(ledger, OBJECT, { diaSourceId: 10n, modelVersion: 'a2' });
    addScore(ledger, OBJECT, { diaSourceId: 5n, modelVersion: 'a1' });
    assert.equal(reserveNewest(ledger, OBJECT, { version: 'a2' }), 2n);
    assert.equal(reserveNewest(ledger, OBJECT, { version: 'a1' }), 1n);
    assert.equal(reserveNewest(ledger, OBJECT, { version: 'a2' }), 2n);
    assert.equal(reserveNewest(ledger, OBJECT, { version: 'a2', refusedVersion: 'a2' }), 1n);
  });

  test('is the same as among all of its scores, whatever their order, times and versions', (t) => {
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
        const versions = {
          version: ['a1', 'a2'][draw(2)] as string,
          ...(draw(4) === 0 && { refusedVersion: 'a3' }),
        };
        const { scores } = ledger.annotations;
        const among = newestOf(scores.ofObject('r0b', object), versions)?.id;
        assert.equal(scores.newest('r0b', object, versions), among, `object ${object}, row ${row}`);
        if (draw(2) === 0 && reserveNewest(ledger, object, versions) !== undefined) goneOn++;
      }
    }
    assert.ok(goneOn > 100, `${goneOn} times`);
  });
});
