import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type AlertCutouts, type CutoutName, writeCutouts } from '@lvra/alerts';
import { dataPaths } from '@lvra/store';
import { decode } from 'fast-png';
import { testFolder } from '../../../testing/data-folder.js';
import { OBJECT, type ObjectAnswer } from '../answer.js';
import { fitsOf, NORTH_UP } from './testing/fits.js';

/** The first and the second of a registered batch. */
const ID = 313637921267122190n;
const OTHER = ID + 1n;
const SOURCE = '170000000000000001';

const GOOD = fitsOf(
  [
    [-4, 0, 2],
    [1, 8, Number.NaN],
  ],
  NORTH_UP,
);
const IMAGES = { science: GOOD, template: GOOD, difference: GOOD };
type Images = Partial<Record<CutoutName, Buffer | null>>;

const alert = (diaObjectId: bigint, diaSourceId: string, images: Images = {}): AlertCutouts => ({
  ...{ diaObjectId, diaSourceId },
  images: { ...IMAGES, ...images },
});

/** A data folder with a stem whose images are kept. */
async function folderWith(t: TestContext, alerts: readonly AlertCutouts[]) {
  const { root, ledger, console, register } = await testFolder(t);
  const stem = await register(Date.now() - 60_000);
  const path = dataPaths(root).cutouts(stem);
  await writeCutouts(path, alerts);
  return {
    ...{ ledger, register, console, stem, root, path },
    page: (query = '') => console.text(`/objects/${ID}${query}`),
    stamps: async (query = '') => OBJECT.parse(await console.json(`/api/v1/objects/${ID}${query}`)).stamps,
    bytes: async (address: string) => Buffer.from(await (await console.ask(address)).arrayBuffer()),
  };
}

const imageOf = ({ images }: ObjectAnswer['stamps'], name: CutoutName) =>
  images.find((each) => each.name === name) ?? assert.fail(`no ${name}`);

describe('the stamps of an object', () => {
  test('are those of its newest alert, and the API says where and how large they are', async (t) => {
    const { stamps, stem, page } = await folderWith(t, [alert(OTHER, '5'), alert(ID, SOURCE)]);
    const told = await stamps();
    assert.deepEqual([told.diaSourceId, told.stem, told.missing], [SOURCE, stem, null]);
    assert.deepEqual(
      told.images.map(({ name }) => name),
      ['science', 'template', 'difference'],
    );
    const { width, height, unit, arcsecPerPixel, northFromUp, eastFromUp, bytes } = imageOf(told, 'science');
    assert.deepEqual([width, height, unit, northFromUp, eastFromUp, bytes], [3, 2, 'nJy', 0, 90, GOOD.length]);
    assert.ok(Math.abs((arcsecPerPixel ?? 0) - 0.2) < 1e-9);
    const text = await page();
    assert.match(text, new RegExp(`<img src="/objects/${ID}/stamps/${SOURCE}/science\\.png" width="3" height="2"`));
    assert.match(text, /alt="difference of source 170000000000000001: 3 × 2 pixels, 0\.6″ × 0\.4″"/);
  });

  test('are drawn with the first row at the bottom, and without what has no value', async (t) => {
    const { stamps, bytes } = await folderWith(t, [alert(ID, SOURCE)]);
    const { picture, low, high } = imageOf(await stamps(), 'science');
    // Five values: too few to fit, so all of the range.
    assert.deepEqual([low, high], [-4, 8]);
    const { width, height, channels, data } = decode(await bytes(picture ?? ''));
    assert.deepEqual([width, height, channels], [3, 2, 2]);
    const grey = (value: number) => Math.round((255 * (value + 4)) / 12);
    const lit = (value: number) => [grey(value), 255];
    assert.deepEqual([...data], [...lit(1), ...lit(8), 0, 0, ...lit(-4), ...lit(0), ...lit(2)]);
  });

  test('of a difference have 0 in the middle of grey', async (t) => {
    const { stamps, bytes } = await folderWith(t, [alert(ID, SOURCE)]);
    const { picture, low, high } = imageOf(await stamps(), 'difference');
    assert.deepEqual([low, high], [-8, 8]);
    const { data } = decode(await bytes(picture ?? ''));
    assert.deepEqual([data[6], data[8], data[2]], [Math.round(255 / 4), 128, 255]);
  });

  test('are downloaded as they came, packed or not, and nothing that a browser opens', async (t) => {
    const packed = gzipSync(GOOD);
    const { stamps, console } = await folderWith(t, [alert(ID, SOURCE, { template: packed })]);
    const told = await stamps();
    for (const [name, file, type, ending] of [
      ['science', GOOD, 'application/fits', 'fits'],
      ['template', packed, 'application/gzip', 'fits.gz'],
    ] as const) {
      const answer = await console.ask(imageOf(told, name).fits ?? '');
      assert.ok(file.equals(Buffer.from(await answer.arrayBuffer())), name);
      assert.equal(answer.headers.get('content-type'), type);
      assert.equal(answer.headers.get('content-disposition'), `attachment; filename="${SOURCE}-${name}.${ending}"`);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
  });

  test('that have not changed are not sent again', async (t) => {
    const { console } = await folderWith(t, [alert(ID, SOURCE)]);
    const address = `/objects/${ID}/stamps/${SOURCE}/science.png`;
    const first = await console.ask(address);
    assert.equal(first.headers.get('content-type'), 'image/png');
    const etag = first.headers.get('etag') ?? assert.fail('no ETag');
    assert.equal((await console.ask(address, { headers: { 'if-none-match': etag } })).status, 304);
  });

  test('that are missing or damaged are words, and the others are there', async (t) => {
    const html = Buffer.from('<script>alert(1)</script>');
    const images = { template: null, difference: html };
    const { stamps, page, console } = await folderWith(t, [alert(ID, SOURCE, images)]);
    const told = await stamps();
    assert.equal(imageOf(told, 'science').missing, null);
    assert.deepEqual(
      [imageOf(told, 'template').missing, imageOf(told, 'template').fits],
      ['it did not come with the alert', null],
    );
    assert.deepEqual(
      [imageOf(told, 'difference').missing, imageOf(told, 'difference').picture],
      ['it is no FITS file', null],
    );
    const text = await page();
    assert.equal(text.match(/<img /g)?.length, 1);
    assert.match(text, /No picture: it is no FITS file\./);
    const folder = `/objects/${ID}/stamps/${SOURCE}`;
    assert.equal((await console.ask(`${folder}/template.png`)).status, 404);
    assert.equal((await console.ask(`${folder}/difference.png`)).status, 422);
    const download = await console.ask(`/api/v1${folder}/difference.fits`);
    assert.equal(download.headers.get('content-type'), 'application/fits');
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), html);
  });

  test('have no text of their file but as text', async (t) => {
    const hostile = fitsOf([[1, 2, 3]], ["BUNIT   = '<script>alert(1)</script>'"]);
    const { page } = await folderWith(t, [alert(ID, SOURCE, { science: hostile })]);
    assert.match(await page(), /black 1, white 3 &lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  });

  test('of other alerts are a link away', async (t) => {
    const { ledger, register, root, stem, stamps, page } = await folderWith(t, [alert(ID, '170000000000000002')]);
    const newer = await register(Date.now() - 30_000);
    await writeCutouts(dataPaths(root).cutouts(newer), [alert(ID, '170000000000000003')]);
    const settlement = { status: 1, now: Date.now(), durationMs: 1 } as const;
    for (const [each, diaSourceId] of [
      [stem, 170000000000000002n],
      [newer, 170000000000000003n],
    ] as const) {
      const scores = [{ diaObjectId: ID, diaSourceId, score: 0.5 }];
      const model = { name: 'r0b', version: 'a1' };
      await ledger.results.recordScores(ledger.work('predict', 'r0b'), each, model, scores, settlement);
    }
    assert.deepEqual([(await stamps()).diaSourceId, (await stamps()).stem], ['170000000000000003', newer]);
    const older = await stamps('?source=170000000000000002');
    assert.deepEqual([older.diaSourceId, older.stem, older.images.length], ['170000000000000002', stem, 3]);
    assert.match(await page(), new RegExp(`href="/objects/${ID}\\?source=170000000000000002"`));
    const unknown = await stamps('?source=42');
    assert.deepEqual([unknown.images, unknown.missing], [[], 'Source 42 came without images.']);
  });

  test('that are not kept, or cannot be read, are a sentence', async (t) => {
    const { path, page, console } = await folderWith(t, []);
    assert.match(await page(), /No images of its alerts are kept\. Those of Lasair’s filter have none/);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
    assert.match(await page('?errors=0'), /The images of [0-9_]+ cannot be read: .*\.avro is damaged at byte 0\./);
    assert.equal((await console.ask(`/objects/${ID}/stamps/${SOURCE}/science.png`)).status, 404);
  });

  test('have addresses of ids and of the three images alone', async (t) => {
    const { console } = await folderWith(t, [alert(ID, SOURCE)]);
    for (const path of [
      `/objects/${ID}/stamps/${SOURCE}/other.png`,
      `/objects/${ID}/stamps/${SOURCE}/science.fits`,
      `/objects/${ID}/stamps/..%2f..%2f..%2fdb/science.png`,
      `/objects/..%2f/stamps/${SOURCE}/science.png`,
      `/objects/${OTHER}/stamps/${SOURCE}/science.png`,
      `/objects/42/stamps/${SOURCE}/science.png`,
      `/objects/${ID}/stamps/99999999999999999999/science.png`,
    ]) {
      assert.equal((await console.ask(path)).status, 404, path);
    }
  });
});
