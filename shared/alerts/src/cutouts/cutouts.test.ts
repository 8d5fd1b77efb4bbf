import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import avro from 'avsc';
import type { AlertCutouts } from './cutout-record.js';
import { readCutouts } from './read-cutouts.js';
import { writeCutouts } from './write-cutouts.js';

const FIRST = 9_223_372_036_854_775_000n;

/** Of so many bytes, told apart by what fills them. */
const image = (bytes: number, fill: number) => Buffer.alloc(bytes, fill);

function alert(number: number, bytes = 1_000): AlertCutouts {
  const images = { science: image(bytes, number), template: null, difference: image(bytes / 2, number + 100) };
  return { diaObjectId: FIRST + BigInt(number), diaSourceId: `17000000000000000${number % 10}`, images };
}

describe('a file of cutouts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-cutouts-'));
  after(() => rmSync(folder, { recursive: true }));

  test('gives back the images of each object, small or larger than a block', async () => {
    for (const bytes of [10, 1_000, 60_000, 200_000]) {
      const path = join(folder, `${bytes}.avro`);
      const alerts = Array.from({ length: 30 }, (_, number) => alert(number, bytes));
      await writeCutouts(path, alerts);
      for (const each of alerts) assert.deepEqual(await readCutouts(path, each.diaObjectId), [each]);
      assert.deepEqual(await readCutouts(path, 1n), []);
    }
  });

  test('gives back every alert of an object, in the order of the file', async () => {
    const path = join(folder, 'twice.avro');
    const again = { ...alert(7, 400), diaObjectId: FIRST };
    await writeCutouts(path, [alert(0), alert(1), again, alert(2)]);
    assert.deepEqual(await readCutouts(path, FIRST), [alert(0), again]);
  });

  test('is not made if no alert has an image', async () => {
    const path = join(folder, 'none.avro');
    await writeCutouts(path, [{ ...alert(1), images: { science: null, template: null, difference: null } }]);
    await assert.rejects(readCutouts(path, FIRST), { code: 'ENOENT' });
  });

  test('that is another one, cut or damaged is refused, or read right', async () => {
    const whole = join(folder, 'whole.avro');
    await writeCutouts(whole, [alert(0, 300), alert(1, 300), alert(2, 70_000)]);
    const bytes = readFileSync(whole);
    const path = join(folder, 'spoiled.avro');
    const wanted = [alert(2, 70_000)];
    for (let length = 0; length < bytes.length; length += length < 2_000 ? 7 : 9_001) {
      writeFileSync(path, bytes.subarray(0, length));
      await assert.rejects(readCutouts(path, FIRST + 2n), { name: 'CutoutsUnreadable', message: /spoiled\.avro/ });
    }
    for (let at = 0; at < 1_000; at += 3) {
      const spoiled = Buffer.from(bytes);
      spoiled[at]! ^= 0xff;
      // Another length, so that nothing is remembered of the file before.
      writeFileSync(path, Buffer.concat([spoiled, Buffer.alloc(at + 1)]));
      await assert.rejects(readCutouts(path, FIRST + 2n), { name: 'CutoutsUnreadable' });
    }
    copyFileSync(whole, path);
    assert.deepEqual(await readCutouts(path, FIRST + 2n), wanted);
  });

  test('with another schema is refused', async () => {
    const path = join(folder, 'other.avro');
    const encoder = avro.createFileEncoder(path, { type: 'record', name: 'x', fields: [{ name: 'a', type: 'long' }] });
    await new Promise((resolve) => encoder.end({ a: 1 }, () => encoder.once('close', resolve)));
    await assert.rejects(readCutouts(path, FIRST), { message: /is not a file of cutouts as the consumer writes them/ });
  });
});
