import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ledger } from '../ledger.js';
import { ENGINE } from '../testing/engines.js';
import { newLedger } from '../testing/ledgers.js';
import { execute, valuesIn } from '../testing/look-inside.js';
import { newestOf } from './newest-score.js';
import { scoresOfObjects } from './score-history.js';

const NOW = 1_770_000_000_000;
const OBJECT = 313637921267122191n;

interface Scored {
  readonly diaSourceId: bigint;
  readonly modelVersion: string;
  readonly midpointMjdTai?: number | undefined;
}

async function addScore(ledger: Ledger, object: bigint, score: Scored): Promise<void> {
  const { diaSourceId, modelVersion, midpointMjdTai } = score;
  await execute(
    ledger,
    `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
     VALUES (?, ?, 's', 0.5, 'r0b', ?)`,
    ...[object, diaSourceId, modelVersion],
  );
  if (midpointMjdTai === undefined) return;
  const add = 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?) ON CONFLICT DO NOTHING';
  await execute(ledger, add, diaSourceId, midpointMjdTai);
}

async function newestOfObject(ledger: Ledger, object: bigint, refusedVersion?: string): Promise<bigint | undefined> {
  const ids = await valuesIn<bigint>(ledger, 'SELECT max(ID) FROM provenance WHERE diaObjectId = ?', object);
  return (await ledger.annotations.scores.newest('r0b', ids, refusedVersion)).get(object);
}

/** Reserves the newest score of an object, so that the ledger remembers which one it was. */
async function reserveNewest(
  ledger: Ledger,
  diaObjectId: bigint,
  refusedVersion?: string,
): Promise<bigint | undefined> {
  const id = await newestOfObject(ledger, diaObjectId, refusedVersion);
  if (id === undefined) return undefined;
  const { reservations } = ledger.annotations;
  const call = { sender: 'A', now: NOW, until: NOW + 1_000 };
  const limits = { refusedVersion, callsPerHour: 1_000 };
  const work = ledger.work('annotate', 'r0b');
  const { reserved } = await reservations.reserve(work, [{ id, diaObjectId, seen: id }], call, limits);
  await reservations.finish(work, reserved, call, 'taken', NOW);
  return id;
}

describe('the newest score of an object in the ledger', () => {
  test('continues from the one that Lasair holds, and those before that are not read again', async (t) => {
    const ledger = await newLedger(t, ['r0b']);
    await addScore(ledger, OBJECT, { diaSourceId: 10n, modelVersion: 'a1' });
    await addScore(ledger, OBJECT, { diaSourceId: 20n, modelVersion: 'a2' });
    assert.equal(await reserveNewest(ledger, OBJECT), 2n);
    // Nothing does this. It shows whether the first row is looked at.
    await execute(ledger, 'UPDATE provenance SET diaSourceId = 99 WHERE ID = 1');
    assert.equal(await newestOfObject(ledger, OBJECT), 2n);
    assert.equal(await newestOfObject(ledger, OBJECT, 'a2'), 1n, 'the held one may not stand');
  });

  test('is the same as among all of its scores, in any order and with any times and versions', async (t) => {
    const ledger = await newLedger(t, ['r0b']);
    await ENGINE.hurry(ledger);
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
        await addScore(ledger, object, {
          diaSourceId: object * 10n + BigInt(place),
          modelVersion: ['a1', 'a2', 'a3'][draw(3)] as string,
          midpointMjdTai: times[place],
        });
        const refused = object % 4n === 0n ? 'a3' : undefined;
        const all = (await scoresOfObjects(Ledger.databaseOf(ledger), 'r0b', [object])).get(object)!;
        const newest = await newestOfObject(ledger, object, refused);
        assert.equal(newest, newestOf(all, refused)?.id, `object ${object}, row ${row}`);
        if (draw(2) === 0 && (await reserveNewest(ledger, object, refused)) !== undefined) goneOn++;
      }
    }
    assert.ok(goneOn > 100, `${goneOn} times`);
  });
});
