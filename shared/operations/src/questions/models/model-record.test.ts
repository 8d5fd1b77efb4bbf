import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Settings, VraSettings } from '@lvra/config';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { changing, execute } from '@lvra/ledger/testing/look-inside';
import { ModelFolder, ROWS } from '@lvra/model/testing/model-folder';
import { dataPaths } from '@lvra/store';
import type { Look } from '../../open-ledger.js';
import { allModels, modelRecord } from './model-record.js';

const STEM = '20260422_041502';
const TENTHS = Array.from({ length: 11 }, (_, at) => at / 10);

/** A look at a new ledger, with models in a folder. */
async function looking(t: TestContext) {
  const ledger = await newLedger(t, ['r0b']);
  const paths = dataPaths(dirname(dirname(ledger.name)));
  const models = new ModelFolder(t);
  const vra = {
    ...{ modelName: 'r0b', modelPath: models.file('a1'), modelVersion: 'a1', features: 'r0b' },
    ...{ annotate: true, lowestScore: 0.3 },
  } as VraSettings;
  const settings = { vras: [vra] } as unknown as Settings;
  const look: Look = { settings, paths, ledger, vras: ['r0b'], stages: [] };
  const count = (version: string, night: string, scores: number[], edges = TENTHS) =>
    changing(ledger, (tx) => ledger.scoreCounts.add(tx, { name: 'r0b', version }, `${night}_000000`, scores, edges));
  const addFile = async (stem: string, text: string) => {
    mkdirSync(dirname(paths.features(stem)), { recursive: true });
    writeFileSync(paths.features(stem), text);
    await execute(ledger, `INSERT INTO feature_making (stem, r0b) VALUES ('${stem}', 1)`);
  };
  return { look, models, paths, count, addFile };
}

/** As many scores in each tenth as given. */
const inTenths = (...counts: number[]) => counts.flatMap((count, bin) => Array<number>(count).fill(bin / 10 + 0.05));

describe('what is known of a VRA’s models', () => {
  test('is put together from the files and from the ledger', async (t) => {
    const { look, models, count } = await looking(t);
    models.put('simple', 'a1', { created: '2026-03-01' });
    models.put('simple', 'a3');
    models.put('simple', 'c1', {}, 'agn');
    await count('a1', '20260421', [0.1, 0.2]);
    await count('a1', '20260422', [0.3]);
    await count('a0', '20260401', [0.5]);
    const { versions, unusable, version, manifest, lowestScore } = await modelRecord(look, 'r0b');
    const counted = (version: string) => versions.find((each) => each.version === version);
    assert.deepEqual(versions.map(({ version }) => version).sort(), ['a0', 'a1', 'a3']);
    assert.deepEqual(counted('a1'), {
      ...{ version: 'a1', isInUse: true, file: 'r0b_a1.onnx', created: '2026-03-01', features: 3 },
      ...{ firstNight: '20260421', lastNight: '20260422', scores: 3 },
    });
    assert.deepEqual(counted('a0'), {
      ...{ version: 'a0', isInUse: false, file: null, created: null, features: null },
      ...{ firstNight: '20260401', lastNight: '20260401', scores: 1 },
    });
    assert.deepEqual([unusable, version, lowestScore], [[], 'a1', 0.3]);
    assert.deepEqual(manifest?.features, ['psfFlux', 'snr', 'isNegative']);
    const [all] = await allModels(look);
    assert.deepEqual(all?.versions, versions);
    assert.deepEqual([all?.newest?.night, all?.newest?.scores], ['20260422', 1]);
    await assert.rejects(modelRecord(look, 'r0b', 'b9'), /no model and no score of r0b b9; of r0b there is a1, .*a3/);
    await assert.rejects(modelRecord(look, 'agn'), /no VRA agn: the settings have r0b/);
  });

  test('holds each night’s scores against those at import', async (t) => {
    const { look, models, count } = await looking(t);
    const shares = [0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5];
    models.put('simple', 'a1', { scores: { edges: TENTHS, shares } });
    await count('a1', '20260420', inTenths(199));
    await count('a1', '20260421', inTenths(100, 0, 0, 0, 0, 0, 0, 0, 0, 100));
    await count('a1', '20260422', inTenths(150, 0, 0, 0, 0, 0, 0, 0, 0, 50));
    const { atImport, nights } = (await modelRecord(look, 'r0b')).spread;
    assert.deepEqual(atImport, shares);
    assert.deepEqual(
      nights.map(({ night, scores }) => [night, scores]),
      [
        ['20260422', 200],
        ['20260421', 200],
        ['20260420', 199],
      ],
    );
    // (0.75 - 0.5) ln(0.75 / 0.5) + (0.25 - 0.5) ln(0.25 / 0.5)
    assert.ok(Math.abs((nights[0]?.psi ?? 0) - 0.25 * Math.log(1.5) - 0.25 * Math.log(2)) < 1e-12, `${nights[0]?.psi}`);
    assert.deepEqual([nights[1]?.psi, nights[2]?.psi], [0, null]);
  });

  test('holds them against the nights before where the manifest says nothing', async (t) => {
    const { look, models, count } = await looking(t);
    models.put('simple', 'a1', { scores: undefined });
    await count('a1', '20260420', inTenths(100, 100));
    await count('a1', '20260421', inTenths(200, 200));
    await count('a1', '20260422', inTenths(0, 200));
    const { atImport, nights } = (await modelRecord(look, 'r0b')).spread;
    assert.equal(atImport, null);
    assert.ok((nights[0]?.psi ?? 0) > 1);
    assert.deepEqual([nights[1]?.psi, nights[2]?.psi], [0, null]);
  });

  test('counts the values that are missing in the newest feature file that can be read', async (t) => {
    const { look, models, addFile } = await looking(t);
    models.put('simple', 'a1', { missing: { snr: 0.5 } });
    const none = (await modelRecord(look, 'r0b')).missing;
    assert.deepEqual([none?.stem, none?.why], [null, 'no stem with a feature row is done yet']);
    const rows = ['diaObjectId,diaSourceId,psfFlux,snr,isNegative', '1,2,3.5,,0', '1,3,,,1', '1,4,2.5,7,0', '1,5,1,,1'];
    await addFile(STEM, `${rows.join('\n')}\n`);
    await addFile('20260422_041512', 'diaObjectId,diaSourceId,psfFlux\n1,6,2.5\n');
    await addFile('20260422_041522', 'diaObjectId,diaSourceId,psfFlux,snr,isNegative\n');
    const { stem, rows: counted, why, features } = (await modelRecord(look, 'r0b')).missing!;
    assert.deepEqual([stem, counted, why], [STEM, 4, null]);
    assert.deepEqual(features, [
      { feature: 'psfFlux', atImport: null, now: 0.25 },
      { feature: 'snr', atImport: 0.5, now: 0.75 },
      { feature: 'isNegative', atImport: null, now: 0 },
    ]);
  });

  test('says why no feature file can be read', async (t) => {
    const { look, models, paths, addFile } = await looking(t);
    models.put('simple', 'a1');
    await addFile(STEM, 'diaObjectId,diaSourceId,psfFlux\n1,6,2.5\n');
    assert.match((await modelRecord(look, 'r0b')).missing?.why ?? '', /lacks .*snr, isNegative/);
    rmSync(paths.features(STEM));
    assert.match((await modelRecord(look, 'r0b')).missing?.why ?? '', /there is no feature file/);
  });

  test('says what is wrong with the files, and shows what the ledger has', async (t) => {
    const { look, models, count } = await looking(t);
    await count('a1', '20260422', inTenths(100, 150));
    const bare = await modelRecord(look, 'r0b');
    assert.match(bare.unusable.join(), /there is no model in .*as seen from here/);
    assert.deepEqual([bare.manifest, bare.missing], [null, null]);
    assert.equal(bare.spread.nights[0]?.scores, 250);
    copyFileSync(ROWS, models.file('a1'));
    assert.match((await modelRecord(look, 'r0b')).unusable.join(), /manifest .*r0b_a1.json cannot be read/);
  });

  test('says that a folder cannot be looked into', async (t) => {
    const { look, models } = await looking(t);
    const vra = {
      ...look.settings.vras[0],
      modelPath: join(models.path, 'x'.repeat(300), 'r0b_a1.onnx'),
    } as VraSettings;
    const { unusable } = await modelRecord({ ...look, settings: { ...look.settings, vras: [vra] } }, 'r0b');
    assert.match(unusable.join(), /cannot be read: ENAMETOOLONG/);
  });
});
