import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Settings } from '@lvra/config';
import { nextStem } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { rowsIn } from '@lvra/ledger/testing/look-inside';
import { dataPaths, Nights } from '@lvra/store';
import { ask, hold, revisited, run, type Victim } from '../testing/damage/victim.js';
import { FinishedNight } from '../testing/finished-night.js';
import { runLvra } from '../testing/run-lvra.js';

describe('lvra verify', () => {
  let night: FinishedNight;
  before(async () => {
    night = await FinishedNight.make();
  });
  after(() => night?.close());

  test('finds nothing wrong where nothing is, and counts everything', async () => {
    const { kept, counts } = await night.verified(async () => {});
    assert.deepEqual(kept, []);
    assert.equal(counts.alerts, 90);
    // One of the messages is in quarantine before it comes into a batch.
    assert.equal(counts.featureRows, counts.alerts - counts.withoutAlert - (counts.quarantined - 1));
    assert.equal(counts.scores, counts.featureRows);
    assert.deepEqual([counts.pending, counts.dead, counts.clearedFiles], [{}, {}, 0]);
    assert.ok(counts.withoutAlert > 0 && counts.quarantined > 1);
    assert.equal(counts.held, counts.objects);
  });

  test('takes work in flight for pending, not for wrong', async () => {
    const { kept, counts } = await night.verified(async ({ ledger, stems }) => {
      const last = stems.at(-1);
      for (const table of ['predict', 'annotating'])
        await run(ledger, `UPDATE ${table} SET r0b = 0 WHERE stem = ?`, last);
      await run(
        ledger,
        'DELETE FROM annotation_outcome WHERE provenance_ID IN (SELECT ID FROM provenance WHERE stem = ?)',
        last,
      );
      await run(ledger, 'DELETE FROM provenance WHERE stem = ?', last);
      await run(
        ledger,
        'INSERT INTO batch (stem, consumer, reserved_at) VALUES (?, ?, ?)',
        nextStem(String(last)),
        'c',
        Date.now(),
      );
      await run(
        ledger,
        "INSERT INTO batch (stem, consumer, reserved_at, abandoned_at) VALUES ('20260101_000000', 'killed', 1, 2)",
      );
    });
    // What the objects of the stem had before is not their newest any more, and nobody can tell that here.
    assert.deepEqual(
      kept.filter(({ check }) => check !== 'annotation'),
      [],
    );
    assert.deepEqual(counts.pending, { 'predict r0b': 1, consumer: 1 });
  });

  for (const before of ['accepted', 'superseded']) {
    test(`takes what stands for right after a rollback to a version whose score of the source was ${before}`, async () => {
      const { kept } = await night.verified(async ({ ledger, sandbox }) => {
        const { diaObjectId, newest } = await revisited(ledger);
        // A version that scores a part of a stem has a checksum, of its own rows.
        await run(ledger, 'DELETE FROM checksum');
        await run(
          ledger,
          `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
           SELECT diaObjectId, diaSourceId, stem, score, model_name, 'a2' FROM provenance WHERE ID = ?`,
          newest,
        );
        const { id } = await ask(ledger, 'SELECT max(ID) AS id FROM provenance');
        await run(ledger, "INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, 'accepted', 1)", id);
        await run(ledger, 'UPDATE annotation_outcome SET outcome = ? WHERE provenance_ID = ?', before, newest);
        await run(ledger, 'UPDATE annotation SET accepted_ID = ? WHERE diaObjectId = ?', id, diaObjectId);
        hold(sandbox, diaObjectId, ({ classdict, ...held }) => ({
          ...held,
          classdict: JSON.stringify({ ...JSON.parse(String(classdict)), provenance_ID: String(id) }),
        }));
      });
      assert.deepEqual(kept, []);
    });
  }

  for (const [what, content] of [
    ['has a quote without its end', 'diaObjectId,diaSourceId\n1,"2\n'],
    ['is empty', ''],
  ] as const) {
    test(`keeps a feature file that the ledger does not know and that ${what}: its rows may be of lost alerts`, async () => {
      let stray = '';
      const { kept } = await night.verified(async ({ paths, ledger, stems }) => {
        const abandoned = nextStem(stems.at(-1)!);
        await run(
          ledger,
          "INSERT INTO batch (stem, consumer, reserved_at, abandoned_at, cleared_at) VALUES (?, 'killed', 1, 2, 3)",
          abandoned,
        );
        stray = paths.features(abandoned);
        writeFileSync(stray, content);
        const hourAgo = Date.now() / 1000 - 3_600;
        utimesSync(stray, hourAgo, hourAgo);
      });
      const [finding, ...others] = kept;
      assert.deepEqual(others, []);
      assert.match(finding?.what ?? '', /is of a stem that the ledger does not know, and cannot be read: /);
      assert.match(finding?.todo ?? '', /^move it out of its folder and keep it/);
    });
  }

  test('wants no row of an alert that the feature stage put into quarantine for its many fields', async () => {
    const { kept } = await night.verified(async ({ paths, ledger, stems: [stem] }) => {
      const lines = readFileSync(paths.features(stem!), 'utf8').split('\n');
      const position = lines[3]!.split(',')[0]!;
      writeFileSync(paths.features(stem!), lines.toSpliced(3, 1).join('\n'));
      const sourceOf = (line: string) => line.split(',')[lines[0]!.split(',').indexOf('diaSourceId')];
      for (const table of ['threshold_flags_provenance', 'provenance']) {
        await run(
          ledger,
          `DELETE FROM ${table} WHERE stem = ? AND diaSourceId = ?`,
          stem,
          BigInt(sourceOf(lines[3]!)!),
        );
      }
      await run(ledger, 'DELETE FROM annotation_outcome WHERE provenance_ID NOT IN (SELECT ID FROM provenance)');
      await run(ledger, "DELETE FROM checksum WHERE stem = ? AND what <> 'batch'", stem);
      const file = join('quarantine', 'wide.raw');
      writeFileSync(join(paths.root, file), 'wide');
      await run(
        ledger,
        `INSERT INTO quarantine (stem, stage, position, reason, detail, path, bytes, at)
         VALUES (?, 'feature', ?, 'too_large', '', ?, 4, 0)`,
        stem,
        Number(position),
        file,
      );
    });
    assert.deepEqual(
      kept.filter(({ check }) => check !== 'annotation'),
      [],
    );
  });

  test('holds the scores of a VRA with features of its own against the rows of those', async () => {
    const flare = (settings: Settings): Settings => ({
      ...settings,
      vras: [...settings.vras, { ...settings.vras[0]!, modelName: 'flare', features: 'brightening' }],
    });
    let lost = '';
    const scored = async ({ paths, ledger, stems: [stem] }: Victim, leaveOut: number) => {
      const rows = await rowsIn<Record<string, bigint>>(
        ledger,
        'SELECT * FROM provenance WHERE stem = ? ORDER BY ID',
        stem!,
      );
      // One alert has no row in this set.
      const ofSet = rows.slice(1);
      const text = ofSet.map(({ diaObjectId, diaSourceId }) => `${diaObjectId},${diaSourceId}\n`).join('');
      mkdirSync(dirname(paths.features(stem!, 'brightening')), { recursive: true });
      writeFileSync(paths.features(stem!, 'brightening'), `diaObjectId,diaSourceId\n${text}`);
      for (const { diaObjectId, diaSourceId } of ofSet.slice(leaveOut)) {
        await run(
          ledger,
          `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
           VALUES (?, ?, ?, 0.5, 'flare', 'f1')`,
          diaObjectId,
          diaSourceId,
          stem,
        );
      }
      for (const table of ['feature_making', 'predict'])
        await run(ledger, `UPDATE ${table} SET flare = 1 WHERE stem = ?`, stem);
      lost = String(ofSet[0]!.diaSourceId);
    };
    assert.deepEqual((await night.verified((victim) => scored(victim, 0), flare)).kept, []);
    const { kept } = await night.verified((victim) => scored(victim, 1), flare);
    assert.deepEqual(
      kept.map(({ check, vra, what }) => [check, vra, what.includes(lost)]),
      [['scores', 'flare', true]],
    );
  });

  test('takes offsets that another consumer of the group has read for no hole, and says whose they are', async () => {
    const { kept, notes, counts } = await night.verified(async ({ ledger }) => {
      const of = { groupId: 'g', topic: 'topic', partition: 0 };
      const { next = 0n } = (await ledger.positions.position(of)) ?? {};
      await ledger.positions.turn(of, {
        before: next,
        after: next + 50n,
        reason: 'read_by_others',
        at: Date.UTC(2026, 1, 3),
      });
    });
    assert.deepEqual([kept, counts.readByOthers], [[], 50]);
    const said = /^topic\[0\]: offsets (\d+) to (\d+) were read by another consumer of the group g, before 2026-02-03T/;
    const [, first, last] = said.exec(notes[0] ?? '') ?? [];
    assert.equal(Number(last) - Number(first), 49);
  });

  test('takes the files of a whole night for cleared away when it is over a week old, and no sooner', async () => {
    const { kept } = await night.verified(async ({ paths, stems: [stem] }) => {
      const inAWeek = new Nights(paths, Date.now() + 9 * 24 * 3_600_000);
      assert.equal(inAWeek.isCleared('batch', stem!), false);
      rmSync(join(paths.root, 'JSON'), { recursive: true });
      assert.equal(new Nights(paths, Date.now() + 9 * 24 * 3_600_000).isCleared('batch', stem!), true);
    });
    assert.ok(kept.length > 0 && kept.every(({ check }) => check === 'batch'));
  });

  test('says it in words and as JSON, and ends with 1 where something is wrong', async () => {
    const fine = await runLvra(['verify', '--sandbox', night.sandbox.endpoint], night.environment);
    assert.equal(fine.code, 0, fine.stderr);
    assert.match(fine.stdout, /^All is as promised\.$/m);
    const paths = dataPaths(night.root);
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    const { stem } = await ask(ledger, 'SELECT min(stem) AS stem FROM batch');
    await ledger.close();
    const kept = readFileSync(paths.features(stem!));
    rmSync(paths.features(stem!));
    const text = await runLvra(['verify'], night.environment);
    const json = await runLvra(['verify', '--json', '--from', String(stem), '--to', String(stem)], night.environment);
    const before = await runLvra(['verify', '--to', '20000101'], night.environment);
    writeFileSync(paths.features(stem!), kept);
    assert.deepEqual([text.code, json.code, before.code], [1, 1, 0]);
    assert.match(
      text.stdout,
      new RegExp(`^features +${stem}: the feature file[\\s\\S]*?\\n  to do +.lvra retry ${stem} --stage`, 'm'),
    );
    const { wrong, findings, counts } = JSON.parse(json.stdout);
    assert.deepEqual([wrong, findings[0].stem, counts.stems], [1, stem, 1]);
  });

  test('refuses what is no stem, no address and no sandbox, with exit code 2', async () => {
    for (const words of [
      ['--from', '2026'],
      ['--sandbox', 'here'],
      ['--sandbox', 'http://127.0.0.1:1'],
    ]) {
      const { code, stderr } = await runLvra(['verify', ...words], night.environment);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^lvra: .*(write|start one)/);
    }
  });
});
