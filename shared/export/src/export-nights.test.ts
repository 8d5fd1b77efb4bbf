import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execute } from '@lvra/ledger/testing/look-inside';
import type { ExportedNight } from './export-nights.js';
import { PastNights } from './testing/past-nights.js';

const SOURCE = 170046091000545381n;
const EVENING = '20260309_233000';
const MORNING = '20260310_041502';
const NEXT = '20260310_120000';

const outcomes = (nights: readonly ExportedNight[]) => nights.map(({ night, outcome, rows }) => [night, outcome, rows]);

describe('an export', () => {
  test('has a file for each night with stems, from noon to noon', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(EVENING, SOURCE);
    await nights.addStem(MORNING, SOURCE + 1n, SOURCE + 2n);
    await nights.addStem(NEXT, SOURCE + 3n);
    assert.deepEqual(outcomes(await nights.export({ table: 'scores' })), [
      ['20260310', 'written', 3],
      ['20260311', 'written', 1],
    ]);
    assert.deepEqual(readdirSync(nights.out), ['scores']);
    assert.deepEqual(readdirSync(join(nights.out, 'scores')), ['night=20260310.csv', 'night=20260311.csv']);
    const text = readFileSync(join(nights.out, 'scores', 'night=20260310.csv'), 'utf8');
    for (const id of [SOURCE, SOURCE + 1n, SOURCE + 2n]) assert.ok(text.includes(`,${id},`));
    assert.deepEqual(outcomes(await nights.export({ table: 'scores', from: '20260311' })), [['20260311', 'there', 0]]);
  });

  test('leaves a night alone until something happens to one of its stems', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(MORNING, SOURCE);
    await nights.addStem(NEXT, SOURCE + 1n);
    const happens = (stem: string, at: number) =>
      execute(
        nights.source.ledger,
        "INSERT INTO stem_event (stem, stage, vra, at, status, rows) VALUES (?, 'predict', 'r0b', ?, 1, 1)",
        ...[stem, at],
      );
    await happens(MORNING, Date.parse('2026-03-10T05:00:00Z'));
    const twice = [await nights.export({ table: 'scores' }), await nights.export({ table: 'scores' })];
    assert.deepEqual(twice.map(outcomes), [
      [
        ['20260310', 'written', 1],
        ['20260311', 'written', 1],
      ],
      [
        ['20260310', 'there', 0],
        ['20260311', 'there', 0],
      ],
    ]);
    await happens(MORNING, Date.now());
    assert.deepEqual(outcomes(await nights.export({ table: 'scores' })), [
      ['20260310', 'written', 1],
      ['20260311', 'there', 0],
    ]);
    assert.deepEqual(outcomes(await nights.export({ table: 'scores', from: '20260311', again: true })), [
      ['20260311', 'written', 1],
    ]);
  });

  test('writes a night anew that was not over when its file was begun', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(MORNING, SOURCE);
    const [written] = await nights.export({ table: 'scores' });
    const begun = Date.parse('2026-03-10T06:00:00Z') / 1_000;
    utimesSync(written!.path, begun, begun);
    assert.deepEqual(outcomes(await nights.export({ table: 'scores' })), [['20260310', 'written', 1]]);
  });

  test('of one VRA stands beside that of all', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(MORNING, SOURCE);
    await execute(nights.source.ledger, "UPDATE provenance SET model_name = 'r0b_next'");
    assert.deepEqual(outcomes(await nights.export({ table: 'scores', vra: 'r0b' })), [['20260310', 'written', 0]]);
    assert.deepEqual(outcomes(await nights.export({ table: 'scores' })), [['20260310', 'written', 1]]);
    assert.deepEqual(readdirSync(nights.out), ['scores', 'scores-r0b']);
    await assert.rejects(
      nights.export({ table: 'scores', vra: 'r0c' }),
      /there is no VRA r0c in the settings; there are r0b/,
    );
    await assert.rejects(nights.export({ table: 'alerts', vra: 'r0b' }), /alerts are the same for every VRA/);
  });

  test('that is stopped leaves the file as it was, or none', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(MORNING, SOURCE);
    const stop = new AbortController();
    const stopped = { table: 'scores', signal: stop.signal, onRows: () => stop.abort(new Error('stopped')) } as const;
    // The second page is not asked for.
    await nights.addStem('20260310_041503', SOURCE + 1n);
    await execute(
      nights.source.ledger,
      'INSERT INTO batch (stem, consumer, reserved_at, alerts) VALUES (?, ?, 1, 5000)',
      MORNING,
      'test',
    );
    await assert.rejects(nights.export(stopped), /stopped/);
    assert.deepEqual(readdirSync(join(nights.out, 'scores')), []);
    const path = join(nights.out, 'scores', 'night=20260310.csv');
    writeFileSync(path, 'as it was');
    await assert.rejects(nights.export({ ...stopped, again: true }), /stopped/);
    assert.equal(readFileSync(path, 'utf8'), 'as it was');
  });

  test('whose files are gone in part says so, and never takes the place of one that had more', async (t) => {
    const nights = await PastNights.empty(t);
    const { paths } = nights.source;
    for (const [stem, id] of [
      [EVENING, 1],
      [MORNING, 2],
    ] as const) {
      await nights.addStem(stem);
      nights.write(
        paths.features(stem),
        `diaObjectId,diaSourceId,snr\n16975582746954963${id},17004609100054538${id},5.5\n`,
      );
    }
    assert.deepEqual(outcomes(await nights.export({ table: 'features' })), [['20260310', 'written', 2]]);
    rmSync(paths.features(EVENING));
    const [kept] = await nights.export({ table: 'features', again: false });
    assert.deepEqual([kept?.outcome, kept?.gone], ['there', []]);
    await execute(
      nights.source.ledger,
      "INSERT INTO stem_event (stem, stage, vra, at, status, rows) VALUES (?, 'predict', 'r0b', ?, 1, 1)",
      ...[MORNING, Date.now()],
    );
    const before = readFileSync(kept!.path, 'utf8');
    const [left] = await nights.export({ table: 'features' });
    assert.deepEqual([left?.outcome, left?.gone], ['kept', []], 'it lacks nothing');
    assert.equal(readFileSync(kept!.path, 'utf8'), before);
    const [half] = await nights.export({ table: 'features', again: true });
    assert.deepEqual([half?.outcome, half?.rows, half?.gone], ['written', 1, [EVENING]]);
    rmSync(kept!.path);
    rmSync(paths.features(MORNING));
    const [none] = await nights.export({ table: 'features' });
    assert.deepEqual([none?.outcome, none?.gone], ['nothing', [EVENING, MORNING]]);
    assert.ok(!existsSync(kept!.path));
  });

  test('that lacks something says so each time, and is made again once it is there', async (t) => {
    const nights = await PastNights.empty(t);
    const { paths, ledger } = nights.source;
    const write = (stem: string, text: string) => nights.write(paths.batch(stem), text);
    for (const stem of [EVENING, MORNING]) await nights.addStem(stem);
    write(EVENING, '[]');
    write(MORNING, '[{"cut');
    for (const _ of ['once', 'and again']) {
      const [cut] = await nights.export({ table: 'alerts' });
      assert.deepEqual([cut?.outcome, cut?.unreadable.length], ['written', 1]);
    }
    write(MORNING, '[]');
    assert.deepEqual(outcomes(await nights.export({ table: 'alerts' })), [['20260310', 'written', 0]]);
    assert.deepEqual(outcomes(await nights.export({ table: 'alerts' })), [['20260310', 'there', 0]]);

    await execute(ledger, 'UPDATE feature_making SET r0b = 0 WHERE stem = ?', MORNING);
    const row = 'diaObjectId,diaSourceId,snr\n169755827469549631,170046091000545381,5.5\n';
    nights.write(paths.features(EVENING), row);
    for (const _ of ['once', 'and again']) {
      const [part] = await nights.export({ table: 'features' });
      assert.deepEqual([part?.outcome, part?.rows, part?.gone, part?.unmade], ['written', 1, [], [MORNING]]);
    }
    await execute(ledger, 'UPDATE feature_making SET r0b = 1 WHERE stem = ?', MORNING);
    const [kept] = await nights.export({ table: 'features' });
    assert.deepEqual([kept?.outcome, kept?.gone], ['kept', [MORNING]], 'what is gone may have been in it');
    nights.write(paths.features(MORNING), row);
    assert.deepEqual(outcomes(await nights.export({ table: 'features' })), [['20260310', 'written', 2]]);
    assert.deepEqual(outcomes(await nights.export({ table: 'features' })), [['20260310', 'there', 0]]);
  });

  test('that cannot be written says where', async (t) => {
    const nights = await PastNights.empty(t);
    await nights.addStem(MORNING, SOURCE);
    mkdirSync(nights.out);
    writeFileSync(join(nights.out, 'scores'), '');
    await assert.rejects(nights.export({ table: 'scores' }), { name: 'CannotWrite', message: /scores/ });
  });
});
