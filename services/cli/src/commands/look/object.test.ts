import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ledger } from '@lvra/ledger';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { changing, execute } from '@lvra/ledger/testing/look-inside';
import { connectionOf } from '@lvra/ledger/testing/sqlite';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const OBJECT = '313637921267122191';
const UNSCORED = '313637921267122193';
const ODD = '313637921267122195';
const WITHOUT_ALERT = '313637921267122201';
const LITE = '313637921267122203';
const WAITING = '313637921267122205';
const FAILED = '313637921267122207';

/** Two alerts, neither of which can be scored: as Lasair sends some, and with a source that lacks its id. */
const FATAL_ERRORS = `[{"diaObjectId": ${WITHOUT_ALERT}},
  {"diaObjectId": ${LITE}, "alert": {"diaSourcesList": [{"midpointMjdTai": 61073.25, "psfFlux": 1.5, "diaObjectId": ${LITE}}]}}]`;

/** What the Python pipeline leaves: two scores of one object, sent, and an object that nothing has scored. */
const ROWS = [
  statusRows('20260301_000001', 1, 1, 1),
  statusRows('20260302_000001', 1, 1, 1),
  ...[
    ['20260301_000001', '170046091000545381', 0.25],
    ['20260302_000001', '170046091000545383', 0.963998322011434],
  ].map(
    ([stem, source, score]) =>
      `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
       VALUES (${OBJECT}, ${source}, '${stem}', ${score}, 'r0b', 'a1');\n`,
  ),
  `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
   VALUES (${ODD}, 170046091000545385, '20260302_000001', 'high', 'r0b', 'a1');\n`,
  `INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (${OBJECT}, '20260302_000001'), (${UNSCORED}, '20260302_000001');\n`,
  statusRows('20260303_000001', -1, 1, 1),
  statusRows('20260304_000001', 1, 0, 0),
  statusRows('20260305_000001', 21, 0, 0),
  `INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (${WITHOUT_ALERT}, '20260303_000001'),
     (${LITE}, '20260303_000001'), (${WAITING}, '20260304_000001'), (${FAILED}, '20260305_000001');\n`,
].join('');

describe('lvra object', () => {
  const { folder, remove } = temporaryFolder();
  const environment = { LVRA_DATA_ROOT: folder };
  before(() => makePythonLedger(dataPaths(folder).database, ROWS));
  after(remove);

  test('shows what only the Python pipeline has scored, newest first, the last one marked', async () => {
    const { stdout, code, stderr } = await runLvra(['object', OBJECT], environment);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^313637921267122191: 2 scores of 2 sources; last in 20260302_000001$/m);
    const [newer, older] = stdout.split('\n').filter((line) => line.includes('1700460910005453'));
    assert.match(newer ?? '', /^\* +170046091000545383 +r0b +a1 +0\.9640 +20260302_000001 +sent +\d{4}-/);
    assert.match(older ?? '', /^ +170046091000545381 +r0b +a1 +0\.2500 +20260301_000001 +sent +\d{4}-/);
  });

  test('shows when a source was observed, in MJD TAI and in UTC, once that is known', async () => {
    const ledger = await Ledger.open(dataPaths(folder).database, ['r0b'], { create: false });
    const add = 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)';
    await execute(ledger, add, 170046091000545383n, 61073.25);
    await ledger.close();
    const withConsole = { ...environment, LVRA_CONSOLE_URL: 'https://lvra.example.org' };
    const { stdout } = await runLvra(['object', OBJECT], withConsole);
    assert.ok(stdout.endsWith(`\n\nhttps://lvra.example.org/objects/${OBJECT}\n`), 'where the console shows it');
    assert.match(stdout, /^\* +61073\.25000 +2026-02-02 05:59:23 +170046091000545383 /m);
    const { scores, diaObjectId } = JSON.parse((await runLvra(['object', OBJECT, '--json'], environment)).stdout);
    assert.equal(diaObjectId, OBJECT);
    assert.deepEqual(
      { ...scores[0], fateAt: undefined },
      {
        diaSourceId: '170046091000545383',
        midpointMjdTai: 61073.25,
        observedUtc: '2026-02-02T05:59:23.000Z',
        stem: '20260302_000001',
        score: 0.963998322011434,
        vra: 'r0b',
        modelVersion: 'a1',
        fate: 'sent',
        isCurrent: true,
        fateAt: undefined,
        fateDetail: null,
        provenanceId: '2',
      },
    );
  });

  test('shows a score that is no number as it stands', async () => {
    const { stdout, code, stderr } = await runLvra(['object', ODD], environment);
    assert.equal(code, 0, stderr);
    assert.match(stdout, / 170046091000545385 +r0b +a1 +high +20260302_000001 /);
  });

  test('shows what is no time and no outcome as such, and so does lvra stem', async () => {
    const ledger = await Ledger.open(dataPaths(folder).database, ['r0b'], { create: false });
    connectionOf(ledger).exec(`
      INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (170046091000545385, 'at dusk');
      INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (3, 'banana', 'noon');
      INSERT INTO tns_submission (ID, site, sender, sent_at) VALUES (7, 'live', 'me', 'noon');
      INSERT INTO tns_report (submission_ID, place, site, diaObjectId, internal_name, report, outcome)
        VALUES (7, 0, 'live', ${ODD}, 'x', '{"ra":', 'banana');
      INSERT INTO stem_event (stem, stage, vra, at, status, rows, duration_ms)
        VALUES ('20260302_000001', 'predict', 'r0b', 'noon', 'high', 'many', 'long');
      INSERT INTO batch (stem, consumer, reserved_at, registered_at, alerts, bytes)
        VALUES ('20260302_000001', 'me', 'then', 'noon', 'many', 'many');`);
    await ledger.close();
    const shown = await runLvra(['object', ODD], environment);
    assert.deepEqual([shown.code, shown.stderr], [0, '']);
    assert.match(shown.stdout, / at dusk +no time +170046091000545385 .* banana +no time$/m);
    assert.match(shown.stdout, /^no time +live +no outcome: banana /m);
    const inJson = await runLvra(['object', ODD, '--json'], environment);
    const { scores, tns } = JSON.parse(inJson.stdout);
    assert.deepEqual(
      [scores[0].observedUtc, scores[0].fateAt, tns[0].sentAt, tns[0].report],
      [null, null, null, '{"ra":'],
    );
    const stem = await runLvra(['stem', '20260302_000001'], environment);
    assert.deepEqual([stem.code, stem.stderr], [0, '']);
    assert.match(stem.stdout, /registered at no time/);
    assert.match(stem.stdout, /^no time +predict +r0b /m);
  });

  test('of an object without a score says why', async () => {
    const paths = dataPaths(folder);
    const stem = '20260303_000001';
    mkdirSync(dirname(paths.batch(stem)), { recursive: true });
    writeFileSync(paths.batch(stem), FATAL_ERRORS);
    const ledger = await Ledger.open(paths.database, ['r0b'], { create: false });
    const found = { reason: 'source_incomplete', detail: 'no diaSourceId', path: '', bytes: 0, at: 0 } as const;
    const ofConsumer = { stem, stage: 'consumer', position: 1, ...found, detail: 'another message' } as const;
    const ofFeature = { stem, stage: 'feature', position: 1, ...found } as const;
    await changing(ledger, (tx) => ledger.quarantine.add(tx, [ofConsumer, ofFeature]));
    await ledger.close();
    const why = async (object: string) => {
      const { stdout, stderr } = await runLvra(['object', object], environment);
      assert.equal(stderr, '');
      const [, curve, ...rest] = stdout.split('\n');
      assert.match(curve ?? '', /^no light curve: /);
      return rest.join('\n');
    };
    const [without, lite, waiting, failed, gone] = await Promise.all(
      [WITHOUT_ALERT, LITE, WAITING, FAILED, UNSCORED].map(why),
    );
    assert.match(
      without ?? '',
      /^No score of 20260303_000001\. It came [^.]*without `alert`: there was nothing to score\.\n$/,
    );
    assert.match(
      lite ?? '',
      /^No score .* quarantine \(source_incomplete: no diaSourceId\): lvra quarantine show 2\n$/,
    );
    assert.match(waiting ?? '', /^No score .* r0b: predict is not done with it yet; `lvra stem 20260304_000001`/);
    assert.match(failed ?? '', /^No score .* r0b: feature failed: input file not found; `lvra stem/);
    assert.match(gone ?? '', /^No score .* cannot be looked at any more: .*20260302_000001\.json/);
    const inJson = await runLvra(['object', WITHOUT_ALERT, '--json'], environment);
    assert.match(JSON.parse(inJson.stdout).unscored[0], /^It came /);
  });

  test('counts what its alerts tell of it, and gives programs all of it', async () => {
    const source = { diaSourceId: 17, midpointMjdTai: 61_073.25, psfFlux: 900, psfFluxErr: 90, band: 'r' };
    const alert = {
      diaObject: { ra: 1.5, decl: -2.5 },
      diaSourcesList: [source, { ...source, diaSourceId: 16, midpointMjdTai: 61_072, glint_trail: true }],
      diaForcedSourcesList: [{ diaForcedSourceId: 3, midpointMjdTai: 61_071.5, psfFlux: 1, psfFluxErr: 90, band: 'g' }],
    };
    const path = dataPaths(folder).batch('20260302_000001');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      JSON.stringify([{ diaObjectId: 7, alert }]).replace('"diaObjectId":7', `"diaObjectId":${OBJECT}`),
    );
    const { stdout } = await runLvra(['object', OBJECT], environment);
    assert.equal(
      stdout.split('\n')[1],
      'light curve: 2 detections (1 cannot be used), 1 of forced photometry; 2026-01-31 11:59:23 to 2026-02-02 05:59:23 UTC',
    );
    const { lightCurve } = JSON.parse((await runLvra(['object', OBJECT, '--json'], environment)).stdout);
    assert.deepEqual(
      lightCurve.points.map(({ kind, id }: { kind: string; id: string }) => [kind, id]),
      [
        ['forced', '3'],
        ['detection', '16'],
        ['detection', '17'],
      ],
    );
  });

  test('shows its labels, the one that counts first, also where nothing else is known of it', async () => {
    const ledger = await Ledger.open(dataPaths(folder).database, ['r0b'], { create: false });
    const at = Date.UTC(2026, 3, 22, 4, 15, 2);
    const ada = { diaObjectId: BigInt(OBJECT), label: 'real', who: 'ada', at };
    await ledger.labels.add([ada, { ...ada, label: 'bogus', who: 'ben', at: at - 1_000 }]);
    await ledger.labels.add([{ ...ada, diaObjectId: 17n }]);
    await ledger.close();
    const { stdout } = await runLvra(['object', OBJECT], environment);
    assert.deepEqual(stdout.split('\n').slice(2, 4), [
      'label: real, by ada, 2026-04-22 04:15:02 UTC',
      'before: bogus, by ben, 2026-04-22 04:15:01 UTC',
    ]);
    const { labels } = JSON.parse((await runLvra(['object', OBJECT, '--json'], environment)).stdout);
    assert.deepEqual(labels, [
      { label: 'real', who: 'ada', at: '2026-04-22T04:15:02.000Z' },
      { label: 'bogus', who: 'ben', at: '2026-04-22T04:15:01.000Z' },
    ]);
    const other = await runLvra(['object', '17'], environment);
    assert.equal(other.code, 0, other.stderr);
    assert.match(other.stdout, /^17: 0 scores of 0 sources; last in no stem\n.*\nlabel: real, by ada, /);
  });

  test('of an object that nobody has seen, or of no id, is a mistake', async () => {
    const unknown = await runLvra(['object', '313637921267122192'], environment);
    assert.deepEqual([unknown.code, unknown.stdout], [2, '']);
    assert.match(unknown.stderr, /knows no object 313637921267122192/);
    const noId = await runLvra(['object', '3.1e17'], environment);
    assert.equal(noId.code, 2);
    assert.match(noId.stderr, /"3\.1e17" is not a diaObjectId/);
  });
});
