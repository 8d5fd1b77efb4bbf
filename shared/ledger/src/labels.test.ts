import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Label } from './labels.js';
import { newLedger } from './testing/ledgers.js';
import { execute } from './testing/look-inside.js';

const ID = 169760231708427201n;
const ADA: Label = { diaObjectId: ID, label: 'real', who: 'ada', at: 1_000 };
const BEN: Label = { ...ADA, label: 'bogus', who: 'ben', at: 2_000 };

describe('labels', () => {
  test('of an object are kept, and the last one by time counts', async (t) => {
    const { labels } = await newLedger(t);
    const near = { ...ADA, diaObjectId: ID + 1n };
    assert.equal(await labels.add([BEN, ADA, near]), 3);
    assert.deepEqual(
      [...(await labels.newest()).values()].map(({ id: _, ...label }) => label),
      [BEN, near],
    );
    assert.deepEqual(await labels.ofObjects([ID + 1n, ID + 2n]), new Map([[ID + 1n, 'real']]));
    assert.deepEqual(
      (await labels.ofObject(ID)).map(({ id: _, ...label }) => label),
      [BEN, ADA],
    );
  });

  test('that are there already are not added again', async (t) => {
    const { labels } = await newLedger(t);
    assert.equal(await labels.add([ADA, BEN, ADA]), 2);
    assert.equal(await labels.add([ADA, { ...BEN, at: 2_001 }, BEN]), 1);
    assert.equal((await labels.ofObject(ID)).length, 3);
  });

  test('are taken back by who gave them, one after the other, and the one before counts', async (t) => {
    const { labels } = await newLedger(t);
    await labels.add([ADA, BEN, { ...ADA, label: 'star', at: 3_000 }]);
    assert.equal(await labels.takeBack(ID, 'ada'), true);
    assert.equal((await labels.newest()).get(ID)?.label, 'bogus');
    assert.equal(await labels.takeBack(ID, 'ada'), true);
    assert.equal(await labels.takeBack(ID, 'ada'), false, 'there is none of hers');
    assert.deepEqual(
      (await labels.ofObject(ID)).map(({ who }) => who),
      ['ben'],
    );
  });

  test('are read a page at a time, each once', async (t) => {
    const { labels } = await newLedger(t);
    await labels.add(Array.from({ length: 5 }, (_, n) => ({ ...ADA, diaObjectId: ID + BigInt(n) })));
    const found: bigint[] = [];
    for (let after = 0n; ; ) {
      const page = await labels.after(after, 2);
      if (page.length === 0) break;
      found.push(...page.map(({ diaObjectId }) => diaObjectId));
      after = page.at(-1)!.id;
    }
    assert.deepEqual(
      found,
      [0n, 1n, 2n, 3n, 4n].map((n) => ID + n),
    );
  });

  test('are held against the newest score that is one; that of an unknown source is the oldest', async (t) => {
    const ledger = await newLedger(t);
    const add = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
      VALUES (?, ?, '20260422_000001', ?, 'r0b', 'a1')`;
    for (const [source, score] of [
      [13n, Number.POSITIVE_INFINITY],
      [12n, 0.75],
      [11n, 0.5],
      [null, 0.25],
    ] as const) {
      await execute(ledger, add, ID, source, score);
    }
    const scores = await ledger.labels.newestScores({ vra: 'r0b', version: 'a1' }, [ID, ID + 1n]);
    assert.deepEqual(scores, new Map([[ID, 0.75]]));
  });
});
