import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FitsUnreadable } from './header.js';
import { readFitsImage } from './image.js';
import { orientationOf } from './orientation.js';
import { madeByAstropy } from './testing/made-by-astropy.js';

const { files, images, sky } = madeByAstropy();
const fileOf = (name: string) => files.get(name) ?? assert.fail(`astropy made no ${name}`);

describe('an image in FITS', () => {
  for (const [name, expected] of Object.entries(images)) {
    test(`has the pixels that astropy reads: ${name}`, () => {
      const { width, height, pixels } = readFitsImage(fileOf(name));
      assert.deepEqual([width, height], [7, 5]);
      for (const [at, text] of expected.entries()) {
        const value = text === null ? Number.NaN : Number(text.replace('inf', 'Infinity'));
        assert.equal(pixels[at], value, `pixel ${at}`);
      }
    });
  }

  for (const [name, expected] of Object.entries(sky)) {
    test(`lies on the sky as astropy says: ${name}`, () => {
      const { arcsecPerPixel, ...angles } = orientationOf(readFitsImage(fileOf(name)).header) ?? assert.fail('nowhere');
      assert.ok(Math.abs(arcsecPerPixel - expected.arcsecPerPixel) < 1e-9, `${arcsecPerPixel}`);
      // On the sphere the way to the east bends.
      for (const of of ['northFromUp', 'eastFromUp'] as const) {
        const difference = Math.abs(angles[of] - expected[of]) % 360;
        assert.ok(Math.min(difference, 360 - difference) < 0.01, `${of}: ${angles[of]}, not ${expected[of]}`);
      }
    });
  }

  test('lies nowhere if its header does not say so, or speaks of other axes', () => {
    const cd = fileOf('cd.fits');
    assert.equal(orientationOf(readFitsImage(fileOf('float-32.fits')).header), undefined);
    const galactic = Buffer.from(
      cd.toString('latin1').replace('CRVAL1  =                55.75', "CTYPE1  = 'GLON-TAN'          "),
      'latin1',
    );
    assert.notDeepEqual(galactic, cd);
    assert.equal(orientationOf(readFitsImage(galactic).header), undefined);
  });
});

describe('bytes that are no image are refused in words', () => {
  const good = fileOf('scaled-blank.fits');
  const changed = (from: string, to: string) => {
    const text = good.toString('latin1');
    assert.ok(text.includes(from), from);
    return Buffer.from(text.replace(from, to), 'latin1');
  };
  const naxis1 = 'NAXIS1  =                    7';
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [Buffer.alloc(0), /^it is no FITS file$/],
    [Buffer.from('<script>alert(1)</script>'), /^it is no FITS file$/],
    [good.subarray(0, 100), /^its header has no end$/],
    [good.subarray(0, 2_880 + 139), /^it is cut: 1 bytes of its pixels are missing$/],
    [changed(naxis1, 'NAXIS1  =                 1025'), /1025 by 5 pixels large, at most 1024/],
    [changed(naxis1, 'NAXIS1  =   999999999999999999'), /^its NAXIS1 is 1000000000000000000, not a whole number/],
    [changed(naxis1, 'NAXIS1  =                   -7'), /^its NAXIS1 is -7/],
    [changed(naxis1, 'NAXIS1  =                  7.5'), /^its NAXIS1 is 7.5/],
    [changed(naxis1, "NAXIS1  = '7'                 "), /^its NAXIS1 is not there/],
    [changed('NAXIS   =                    2', 'NAXIS   =                  999'), /^its NAXIS3 is not there/],
    [
      changed('NAXIS   =                    2', 'NAXIS   =                    0').subarray(0, 2_880),
      /^it has no image$/,
    ],
    [changed('BITPIX  =                   32', 'BITPIX  =                   33'), /^its BITPIX is 33/],
    [fileOf('tiles.fits'), /^it is compressed by tiles/],
    [gzipSync(good).subarray(0, 60), /^its gzip is damaged$/],
    [gzipSync(Buffer.alloc(64 * 1024 * 1024)), /^unpacked it has more than 16777216 bytes$/],
    [Buffer.concat([good, Buffer.alloc(17 * 1024 * 1024)]), /^it has \d+ bytes, at most 16777216$/],
  ];
  for (const [bytes, words] of cases) {
    test(words.source, () => {
      assert.throws(() => readFitsImage(bytes), { name: 'FitsUnreadable', message: words });
    });
  }

  test('whatever is cut or changed, it is an image or FitsUnreadable, and soon', () => {
    const begun = performance.now();
    let tries = 0;
    for (const [name, file] of files) {
      for (const bytes of spoiled(file)) {
        tries++;
        try {
          readFitsImage(bytes);
        } catch (error) {
          assert.ok(error instanceof FitsUnreadable, `${name}: ${(error as Error).stack}`);
        }
      }
    }
    const each = (performance.now() - begun) / tries;
    assert.ok(each < 50, `${each} ms each of ${tries}`);
  });
});

/** Cut at many places; and with digits, letters and bytes of the first header changed. */
function* spoiled(file: Buffer): Generator<Buffer> {
  for (let length = 0; length < file.length; length += 97) yield file.subarray(0, length);
  for (let at = 3; at < Math.min(file.length, 800); at += 7) {
    for (const byte of [0x39, 0x2d, 0x20, 0xff]) {
      const bytes = Buffer.from(file);
      bytes[at] = byte;
      yield bytes;
    }
  }
}
