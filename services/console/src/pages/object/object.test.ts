import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Random } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { testFolder } from '../../testing/data-folder.js';
import { LIGHT_CURVE, OBJECT } from './answer.js';

/** The first of a registered batch. */
const ID = '313637921267122190';
const FIRST = 61_073.1;

interface Told {
  readonly sources?: readonly Record<string, unknown>[];
  readonly forced?: readonly Record<string, unknown>[];
  readonly limits?: readonly Record<string, unknown>[];
  readonly top?: Record<string, unknown>;
}

/** A source, 10 times its error, of 1 µJy. */
function source(day: number, changes: Record<string, unknown> = {}) {
  return {
    ...{
      diaSourceId: 170_000_000_000_000 + day,
      midpointMjdTai: FIRST + day,
      band: 'r',
      psfFlux: 1000,
      psfFluxErr: 100,
    },
    ...changes,
  };
}

/** A data folder with a stem, whose batch file has one alert of the object. */
async function folderWith(t: TestContext, { sources = [source(0)], forced = [], limits = [], top = {} }: Told = {}) {
  const { root, ledger, console, register } = await testFolder(t);
  const stem = await register(Date.now() - 60_000);
  const path = dataPaths(root).batch(stem);
  mkdirSync(dirname(path), { recursive: true });
  const alert = {
    diaObject: { ra: 150.1, decl: -30.2, firstDiaSourceMjdTai: FIRST },
    ...{ diaSourcesList: sources, diaForcedSourcesList: forced, diaNondetectionLimitsList: limits },
  };
  // An id has more digits than a number can.
  const text = JSON.stringify([{ ...top, diaObjectId: 0, alert }]).replace('"diaObjectId":0', `"diaObjectId":${ID}`);
  writeFileSync(path, text);
  return { ...{ ledger, console, stem, path }, page: (query = '') => console.text(`/objects/${ID}${query}`) };
}

/** A score of its first source, by r0b, that nobody has sent. */
async function addScore(ledger: Ledger, stem: string, score: number): Promise<void> {
  const ids = { diaObjectId: BigInt(ID), diaSourceId: 170_000_000_000_000n };
  const flags = { count: [3, 2, 1, 0, 0], first: [0, 0, 1, 0, 0] as const };
  const settlement = { status: 1, now: Date.now(), durationMs: 1 } as const;
  const row = { ...ids, midpointMjdTai: FIRST, receivedMs: undefined, flags };
  await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), stem, [row], [], settlement);
  const model = { name: 'r0b', version: 'a1' };
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, model, [{ ...ids, score }], settlement);
}

/** The page without its header. */
const main = (page: string) => page.slice(page.indexOf('<main'));

describe('the page of an object', () => {
  test('shows where it is, in both notations, and leads to others without telling them', async (t) => {
    const page = main(await (await folderWith(t)).page());
    assert.match(page, />10:00:24\.00 -30:12:00\.0</);
    assert.match(page, />150\.1000000 -30\.2000000</);
    for (const [link] of page.matchAll(/<a [^>]*href="https?:[^>]*>/g)) assert.match(link, /rel="noreferrer"/);
    assert.match(page, new RegExp(`href="https://lasair\\.lsst\\.ac\\.uk/objects/${ID}/" data-lasair`));
  });

  test('answers programs as it says that it does', async (t) => {
    const { console } = await folderWith(t, { forced: [source(-1, { band: 'g', diaSourceId: undefined })] });
    const { lightCurve } = OBJECT.parse(await console.json(`/api/v1/objects/${ID}`));
    assert.deepEqual(LIGHT_CURVE.parse(await console.json(`/api/v1/objects/${ID}/light-curve`)), lightCurve);
    assert.equal(lightCurve.points.length, 2);
    const csv = await console.text(`/api/v1/objects/${ID}/light-curve?format=csv`);
    const [head = '', first = '', second = ''] = csv.split('\r\n');
    const cellOf = (row: string, name: string) => row.split(',')[head.split(',').indexOf(name)];
    assert.deepEqual([cellOf(first, 'kind'), cellOf(first, 'band')], ['forced', 'g']);
    assert.deepEqual(
      [cellOf(second, 'kind'), cellOf(second, 'id'), cellOf(second, 'psfFlux')],
      ['detection', '170000000000000', '1000.0'],
    );
  });

  test('says in its CSV what of the light curve is missing, and gives none of which nothing can be read', async (t) => {
    const { console, path } = await folderWith(t, { sources: [source(5)] });
    const csv = `/api/v1/objects/${ID}/light-curve?format=csv`;
    const found = await console.ask(csv);
    assert.match(found.headers.get('x-missing') ?? '', /its alerts begin at MJD/);
    assert.equal((await found.text()).trimEnd().split('\r\n').length, 2);
    rmSync(path);
    const gone = await console.ask(csv);
    assert.equal(gone.status, 404);
    assert.match(await gone.text(), /There is no light curve of [0-9]+: the batch file of [0-9_]+ is gone/);
  });

  test('draws what its address asks for, and says what is not drawn', async (t) => {
    const { page } = await folderWith(t, {
      sources: [source(0), source(1, { band: 'g', psfFlux: -5_000 }), source(2, { band: 'g', psfFlux: 150 })],
    });
    const marks = (text: string) =>
      [...text.matchAll(/<use href="#band-(\w)" class="(\w+)"[^>]*data-tip/g)].map(
        ([, band, kind]) => `${band} ${kind}`,
      );
    assert.deepEqual(marks(await page()), ['r detection', 'g detection', 'g detection']);
    const magnitudes = await page('?unit=mag');
    assert.deepEqual(marks(magnitudes), ['g limit', 'r detection']);
    assert.match(magnitudes, /Not drawn: 1 point with a negative flux, which has no magnitude/);
    assert.match(
      magnitudes,
      /r, detection; MJD 61073\.10000 \(2026-02-02 02:23:23 UTC\); 23\.900 AB mag ± 0\.109; S\/N 10\.0/,
    );
    assert.deepEqual(marks(await page('?bands=r')), ['r detection']);
    assert.match(await page('?bands=none'), /Nothing of the light curve is shown with these choices/);
    assert.deepEqual(marks(await page(`?from=${FIRST + 0.5}&to=${FIRST + 1.5}`)), ['g detection']);
  });

  test('says why there is nothing to see', async (t) => {
    const { page, path } = await folderWith(t);
    const whole = await page();
    assert.match(whole, /Its alerts carry no forced photometry/);
    assert.match(whole, /Its alerts carry no limits of non-detections/);
    assert.match(whole, /The feature file of its stem is not there: not made yet, or pruned\./);
    assert.match(whole, /As far as we know Lasair shows no score of it/);
    rmSync(path);
    // Another address: the ledger has not changed, so the first one is answered from memory.
    const pruned = main(await page('?errors=0'));
    assert.match(pruned, /<p class="message warn">Of its light curve: the batch file of [0-9_]+ is gone/);
    assert.match(pruned, /There is no photometry\./);
    assert.doesNotMatch(pruned, /class="light-curve"/);
  });

  test('shows every score with its fate, below the light curve and in the table', async (t) => {
    const { ledger, page, stem } = await folderWith(t, { sources: [source(0), source(1)] });
    await addScore(ledger, stem, 0.75);
    const text = await page();
    assert.match(text, /<svg class="scores"/);
    // Nobody has sent it.
    assert.match(text, /<path class="forced" [^>]*data-tip="r0b a1/);
    assert.match(text, /data-tip="r0b a1: 0\.7500; MJD 61073\.10000; [0-9_]+; unsent"/);
    assert.match(text, /<td class="number"><span class="number">0\.7500<\/span><\/td>/);
    assert.match(text, /<\/span> not sent<\/span>/);
    assert.match(text, /&lt; 20 mag/);
    assert.match(text, /<strong><span class="number">1<\/span> first<\/strong>/);
  });

  test('shows what Lasair took last, with the numbers that its annotation has', async (t) => {
    const { ledger, page, stem } = await folderWith(t);
    await addScore(ledger, stem, 0.75);
    const call = { sender: 'me', now: Date.parse('2026-02-03T04:05:06Z'), until: Date.parse('2026-02-03T04:06:00Z') };
    const rows = [{ id: 1n, diaObjectId: BigInt(ID), seen: 9n }];
    const { reservations } = ledger.annotations;
    await reservations.reserve(ledger.work('annotate', 'r0b'), rows, call, { callsPerHour: 10 });
    await reservations.finish(ledger.work('annotate', 'r0b'), rows, call, 'taken', call.now);
    const text = await page();
    const now = main(text)
      .slice(main(text).indexOf('At Lasair now'))
      .replace(/<[^>]+>/g, '');
    assert.match(
      now,
      /0\.7500 as r0b_lvra a1, accepted 2026-02-03 04:05:06 UTC, of source 170000000000000, provenance 1/,
    );
    assert.match(text, /<path class="detection" [^>]*data-tip="r0b a1[^>]*><\/path><circle/);
    assert.match(text, /<\/span> accepted<\/span><strong> shown now<\/strong>/);
  });

  test('shows a score that only the Python pipeline knows at the time that the alert gives its source', async (t) => {
    const { ledger, page, stem } = await folderWith(t);
    const add = `INSERT INTO provenance (ID, diaObjectId, diaSourceId, stem, score, model_name, model_version)
      VALUES (?, ?, ?, ?, ?, 'r0b', 'a0')`;
    await execute(ledger, add, 1, BigInt(ID), 170_000_000_000_000n, stem, 0.5);
    await execute(ledger, add, 2, BigInt(ID), 999n, stem, 0.25);
    const text = await page();
    assert.match(text, /data-tip="r0b a0: 0\.5000; MJD 61073\.10000;/);
    assert.match(text, /Not drawn: 1 score of sources whose time nothing tells; the data has them\./);
    assert.match(text, /<span class="number">0\.2500<\/span>/);
  });

  test('has the newest 200 of more scores; all are in the data', async (t) => {
    const { ledger, page, console, stem } = await folderWith(t);
    const rows = Array.from({ length: 201 }, (_, at) => `(${ID}, ${1_000 + at}, '${stem}', ${at / 1_000}, 'r0b')`);
    await execute(
      ledger,
      `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES ${rows.join()}`,
    );
    const [section = ''] = /<section aria-labelledby="scores".*?<\/section>/s.exec(await page()) ?? [];
    assert.match(section, /<caption>200 of 201 scores of every VRA and version, newest source first</);
    assert.equal(section.match(/<tr><td>/g)?.length, 200);
    assert.deepEqual([section.includes('>0.2000<'), section.includes('>0.0000<')], [true, false]);
    assert.equal(OBJECT.parse(await console.json(`/api/v1/objects/${ID}`)).scores.length, 201);
  });

  test('tells of its reports to TNS, and the name that it got there', async (t) => {
    const { ledger, page, console } = await folderWith(t);
    const report = { diaObjectId: BigInt(ID), internalName: 'LVRA1', report: '{"a":1}' };
    const begun = { sender: 'me', again: false, now: Date.parse('2026-02-03T04:05:06Z') };
    assert.match(await page(), /<dt>At TNS<\/dt><dd>no name/);
    for (const [site, objname] of [
      ['sandbox', '2026zzz'],
      ['live', '2026abc'],
    ] as const) {
      const { submission } = await ledger.tns.begin(site, [report], begun);
      await ledger.tns.settle(submission!, [{ diaObjectId: BigInt(ID), outcome: 'inserted', objname }], begun.now);
    }
    const text = await page();
    assert.match(text, /<dt>At TNS<\/dt><dd>2026abc</);
    assert.match(text, /href="https:\/\/www\.wis-tns\.org\/object\/2026abc"/);
    assert.match(
      text,
      /2026-02-03 04:05:06<\/time><\/td><td>sandbox<\/td><td>LVRA1<\/td><td>inserted<\/td><td>2026zzz</,
    );
    assert.equal(OBJECT.parse(await console.json(`/api/v1/objects/${ID}`)).tns.length, 2);
  });

  test('of 300 epochs weighs less than 30 kB, and leads to all of them', async (t) => {
    const random = new Random(7);
    const flux = () => 1_000 + 500 * random.gaussian();
    const epoch = (n: number) => ({
      ...source(n, { midpointMjdTai: FIRST + n / 3 + random.uniform() / 10, band: 'ugrizy'[n % 6] }),
      ...{ diaSourceId: 170_000_000_000_000 + Math.floor(random.uniform() * 1e14) },
      ...{ psfFlux: flux(), psfFluxErr: 60 + random.uniform() * 90, snr: 5 + random.uniform() * 20 },
      ...{ scienceFlux: flux(), scienceFluxErr: 70, templateFlux: flux(), templateFluxErr: 40 },
      ...{ reliability: random.uniform() },
    });
    const epochs = Array.from({ length: 300 }, (_, n) => epoch(n));
    const { page, console } = await folderWith(t, { sources: epochs.slice(0, 200), forced: epochs.slice(200) });
    const text = await page();
    const bytes = gzipSync(text).length;
    assert.ok(bytes < 30_000, `${bytes} bytes`);
    assert.match(text, new RegExp(`href="/objects/${ID}/light-curve">All 300 points<`));
    const all = await console.text(`/objects/${ID}/light-curve`);
    assert.equal(all.match(/<td>(detection|forced)<\/td>/g)?.length, 300);
  });

  test('of nothing that anybody knows is not found, and of what is no id is a mistake', async (t) => {
    const { console } = await folderWith(t);
    const unknown = await console.ask('/objects/42');
    assert.equal(unknown.status, 404);
    assert.match(await unknown.text(), /knows no object 42: no alert of it has come through the filter/);
    assert.equal((await console.ask('/objects/42/light-curve')).status, 404);
    assert.equal((await console.ask('/objects/x')).status, 400);
    assert.equal((await console.ask(`/objects/${ID}?unit=jansky`)).status, 400);
  });

  test('makes text of all that an alert says', async (t) => {
    const hostile = '"><script>alert(1)</script>';
    const { page } = await folderWith(t, { sources: [source(0, { band: hostile })], top: { tns_name: hostile } });
    const text = main(await page());
    assert.doesNotMatch(text, /<script/);
    assert.match(text, /&lt;script&gt;/);
  });
});
