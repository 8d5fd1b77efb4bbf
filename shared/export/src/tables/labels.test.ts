import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Label } from '@lvra/ledger';
import { execute } from '@lvra/ledger/testing/look-inside';
import type { Table } from '../table.js';
import { PastNights, rowsIn } from '../testing/past-nights.js';
import { labels } from './labels.js';
import { training } from './training.js';

const FIRST = '20260310_041502';
const SECOND = '20260310_041503';
const SOURCE = 170046091000545381n;
/** As PastNights numbers them. */
const objectOf = (source: bigint) => source + 1n;
const OBJECT = objectOf(SOURCE);
const ADA: Label = { diaObjectId: OBJECT, label: 'bogus', who: 'ada', at: Date.parse('2026-03-11T10:00:00Z') };
const BEN: Label = { ...ADA, label: 'real', who: 'ben', at: ADA.at + 500 };

const R0B = { modelName: 'r0b', features: 'r0b', positiveLabels: ['real', 'agn'], negativeLabels: ['bogus'] };

/** Nights of stems with these sources, each an object of its own, and a feature file with a row of each. */
async function nightsOf(t: Parameters<typeof PastNights.empty>[0], stems: Readonly<Record<string, readonly bigint[]>>) {
  const nights = await PastNights.empty(t);
  for (const [stem, sources] of Object.entries(stems)) {
    await nights.addStem(stem, ...sources);
    const rows = sources.map((source) => `${objectOf(source)},${source},${Number(source % 1_000n) / 8}\n`);
    nights.write(nights.source.paths.features(stem), `diaObjectId,diaSourceId,snr\n${rows.join('')}`);
  }
  return { nights, source: nights.source };
}

async function valuesIn(table: Table, ...names: string[]) {
  const places = names.map((name) => table.columns.findIndex((column) => column.name === name));
  return (await rowsIn(table)).map((row) => places.map((at) => row[at]));
}

describe('the table of labels', () => {
  test('has all of them as they were recorded, and says which one counts', async (t) => {
    const { ledger } = (await PastNights.empty(t)).source;
    await ledger.labels.add([BEN, ADA, { ...ADA, diaObjectId: OBJECT + 1n }]);
    const table = labels(ledger);
    assert.deepEqual(await valuesIn(table, 'diaObjectId', 'label', 'who', 'when', 'counts'), [
      [OBJECT, 'real', 'ben', '2026-03-11T10:00:00.500Z', true],
      [OBJECT, 'bogus', 'ada', '2026-03-11T10:00:00.000Z', false],
      [OBJECT + 1n, 'bogus', 'ada', '2026-03-11T10:00:00.000Z', true],
    ]);
  });

  test('has more than is read at once', async (t) => {
    const { ledger } = (await PastNights.empty(t)).source;
    await ledger.labels.add(Array.from({ length: 4_500 }, (_, n) => ({ ...ADA, diaObjectId: BigInt(n) })));
    const ids = (await valuesIn(labels(ledger), 'diaObjectId')).map(([id]) => id);
    assert.deepEqual(
      ids,
      Array.from({ length: 4_500 }, (_, n) => BigInt(n)),
    );
  });
});

describe('the table of training', () => {
  test('has a row a labelled object, with the target that its VRA gives the label', async (t) => {
    const { source } = await nightsOf(t, { [SECOND]: [SOURCE], [FIRST]: [SOURCE + 1n, SOURCE + 2n, SOURCE + 3n] });
    await source.ledger.labels.add([
      ...[ADA, BEN, { ...ADA, diaObjectId: OBJECT + 1n }],
      ...[
        { ...ADA, diaObjectId: OBJECT + 2n, label: 'star' },
        { ...ADA, diaObjectId: 17n },
      ],
    ]);
    const columns = ['target', 'label', 'who', 'when', 'stem', 'diaObjectId', 'diaSourceId', 'snr'];
    const table = await training(source, R0B);
    const ofTwo = [
      [0, 'bogus', 'ada', '2026-03-11T10:00:00.000Z', FIRST, OBJECT + 1n, SOURCE + 1n, 382 / 8],
      [1, 'real', 'ben', '2026-03-11T10:00:00.500Z', SECOND, OBJECT, SOURCE, 381 / 8],
    ];
    assert.deepEqual(
      table.columns.map(({ name }) => name),
      columns,
    );
    assert.deepEqual(await rowsIn(table), ofTwo);
    assert.deepEqual([table.unseen, table.gone, table.unreadable], [1, 0, []]);
    const chosen = await training(source, R0B, ['star', 'real']);
    assert.deepEqual(await valuesIn(chosen, 'target', 'label', 'diaObjectId'), [
      [null, 'star', OBJECT + 2n],
      [1, 'real', OBJECT],
    ]);
    await assert.rejects(training(source, R0B, ['agn']), /no object has the label agn: `lvra label`/);
  });

  test('has the newest source of the object whose feature file is there', async (t) => {
    const { nights, source } = await nightsOf(t, { [FIRST]: [SOURCE], [SECOND]: [SOURCE + 8n] });
    await execute(source.ledger, 'UPDATE provenance SET diaObjectId = ?', OBJECT);
    nights.write(source.paths.features(SECOND), `diaObjectId,diaSourceId,snr\n${OBJECT},${SOURCE + 8n},8.5\n`);
    await source.ledger.labels.add([BEN]);
    const sources = async () => valuesIn(await training(source, R0B), 'diaSourceId', 'stem');
    assert.deepEqual(await sources(), [[SOURCE + 8n, SECOND]]);
    rmSync(source.paths.features(SECOND));
    assert.deepEqual(await sources(), [[SOURCE, FIRST]]);
    rmSync(source.paths.features(FIRST));
    const table = await training(source, R0B);
    assert.deepEqual([await rowsIn(table), table.unseen, table.gone], [[], 0, 1]);
  });

  test('takes no row of another object, and says which file lacks one', async (t) => {
    const { nights, source } = await nightsOf(t, { [FIRST]: [SOURCE, SOURCE + 1n] });
    await source.ledger.labels.add([BEN, { ...ADA, diaObjectId: OBJECT + 1n }]);
    const path = source.paths.features(FIRST);
    const header = 'diaObjectId,diaSourceId,diaObjectId_sourceId,snr\n';
    nights.write(path, `${header}${OBJECT},${SOURCE},${OBJECT},1\n${OBJECT + 1n},${SOURCE + 1n},${OBJECT},2\n`);
    const table = await training(source, R0B);
    assert.deepEqual(await valuesIn(table, 'diaObjectId', 'snr'), [[OBJECT, 1]]);
    assert.deepEqual(table.unreadable, [`${path} lacks the row of a labelled object`]);
    nights.write(path, `diaObjectId,diaSourceId,snr\n${OBJECT},${SOURCE + 1n},1\n`);
    const other = await training(source, R0B);
    assert.deepEqual([await rowsIn(other), other.unreadable], [[], [`${path} lacks the rows of 2 labelled objects`]]);
  });
});
