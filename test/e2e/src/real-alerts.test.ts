import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { type Ran, runLvra } from '@lvra/cli/testing/run-lvra';
import { assertReferenceRows, REAL_STEM, readFeatureRows, reference } from '@lvra/core/testing/reference';
import { type Database, Sqlite } from '@lvra/ledger/testing/sqlite';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import { logged } from '@lvra/telemetry/testing/logged';
import { copyRealBatch, makeDataRoot, openPythonLedger, registerAsPython } from './data-root.js';

const TOKEN = 'sandbox-token';
const FLAG_NAMES = { n_gt: 'N_above_', brighter: 'is_above_', first: 'first_time_' } as const;

/** The ids of the real messages by their digits, in order, found without a JSON parser. */
const objectIds = realMessages.map((message) => BigInt(/^\{"diaObjectId": (\d+)/.exec(message)?.[1] ?? 0));

describe('lvra run --once on the batch that the Python consumer wrote and registered', () => {
  const { root, remove } = makeDataRoot();
  const paths = dataPaths(root);
  let sandbox: Sandbox;
  let ran: Ran;
  let ledger: Database;

  before(async () => {
    copyRealBatch(root);
    const python = openPythonLedger(root);
    registerAsPython(python, REAL_STEM, objectIds);
    python.close();
    sandbox = await startSandbox();
    ran = await runLvra(['run', '--once', '--source', 'none'], {
      LVRA_DATA_ROOT: root,
      LASAIR_LSST_TOKEN: TOKEN,
      LVRA_ENDPOINT: sandbox.endpoint,
    });
    ledger = new Sqlite(paths.database, { readonly: true });
    ledger.defaultSafeIntegers(true);
  });

  after(async () => {
    ledger?.close();
    await sandbox?.close();
    remove();
  });

  test('it exits with 0: nothing is left pending or failed', () => {
    assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
  });

  test('the feature file has the reference’s 125 columns and 43 rows', () => {
    const rows = readFeatureRows(paths.features(REAL_STEM));
    assertReferenceRows(rows);
  });

  test('feature_making is -1 for the message without alert, predict and annotating are 1', () => {
    const status = (table: string) => ledger.prepare(`SELECT r0b FROM ${table} WHERE stem = ?`).pluck().get(REAL_STEM);
    assert.equal(status('feature_making'), -1n);
    assert.equal(status('predict'), 1n);
    assert.equal(status('annotating'), 1n);
  });

  test('threshold_flags_provenance holds one row a feature row, with its flags', () => {
    const rows = ledger.prepare('SELECT * FROM threshold_flags_provenance WHERE stem = ?').all(REAL_STEM);
    assert.equal(rows.length, reference.rows.length);
    for (const expected of reference.rows) {
      const row = (rows as Record<string, unknown>[]).find((r) => String(r.diaSourceId) === expected.diaSourceId);
      assert.ok(row, `no flags for ${expected.diaSourceId}`);
      assert.equal(String(row.diaObjectId), expected.diaObjectId);
      for (const [column, feature] of Object.entries(FLAG_NAMES)) {
        for (const magnitude of [22, 21, 20, 19, 18]) {
          assert.equal(row[`${column}${magnitude}`], BigInt(Number(expected[`${feature}${magnitude}`])));
        }
      }
    }
  });

  test('ids are exact in provenance, in diaobjid_stems, in the calls and at Lasair', () => {
    const expected = reference.rows.map((row) => `${row.diaObjectId} ${row.diaSourceId}`).sort();
    const scored = ledger.prepare('SELECT diaObjectId, diaSourceId FROM provenance').all() as Record<string, bigint>[];
    assert.deepEqual(scored.map((row) => `${row.diaObjectId} ${row.diaSourceId}`).sort(), expected);
    const objects = ledger.prepare('SELECT diaObjectId FROM diaobjid_stems').pluck().all() as bigint[];
    assert.deepEqual(objects.sort(), [...new Set(objectIds)].sort());
    const held = [...sandbox.annotations.values()].map(({ objectId, classdict }) => {
      return `${objectId} ${JSON.parse(classdict).blame_diaSourceId}`;
    });
    assert.deepEqual(held.sort(), expected);
    assert.equal(sandbox.lost.length, 0);
  });

  test('the annotation of each object is the score in provenance, as a plain decimal, by the version demo', () => {
    const scores = ledger.prepare('SELECT ID, diaObjectId, score, model_name, model_version FROM provenance').all() as {
      ID: bigint;
      diaObjectId: bigint;
      score: number;
      model_name: string;
      model_version: string;
    }[];
    for (const { ID, diaObjectId, score, model_name, model_version } of scores) {
      const held = sandbox.annotations.get(`r0b_lvra/${diaObjectId}`);
      assert.ok(held, `no annotation of ${diaObjectId}`);
      assert.match(held.classification, /^[01](\.\d+)?$/);
      assert.equal(Number(held.classification), score);
      assert.equal(JSON.parse(held.classdict).provenance_ID, String(ID));
      assert.deepEqual([model_name, model_version, held.version], ['r0b', 'demo', 'demo']);
    }
  });

  test('no id is rounded anywhere in the log files', () => {
    const known = new Set([...objectIds.map(String), ...reference.rows.map((row) => String(row.diaSourceId))]);
    const log = logged(paths, 'r0b_annotator.log');
    assert.notEqual(log, '');
    for (const [digits] of log.matchAll(/\b\d{17,19}\b/g))
      assert.ok(known.has(digits), `${digits} is not the id of an alert`);
  });

  test('a second run finds nothing to do and makes no call', async () => {
    const calls = sandbox.received.length;
    const again = await runLvra(['run', '--once', '--source', 'none'], {
      LVRA_DATA_ROOT: root,
      LASAIR_LSST_TOKEN: TOKEN,
      LVRA_ENDPOINT: sandbox.endpoint,
    });
    assert.equal(again.code, 0, again.stderr);
    assert.equal(sandbox.received.length, calls);
    assert.equal(ledger.prepare('SELECT count(*) FROM provenance').pluck().get(), 43n);
  });
});
