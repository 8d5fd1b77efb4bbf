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

  test('whose lengths lead back or out of their block is refused', async () => {
    const whole = join(folder, 'lengths.avro');
    await writeCutouts(whole, [alert(1, 10)]);
    const bytes = readFileSync(whole);
    // The sync mark stands at the end of the header, too.
    const header = bytes.subarray(0, bytes.indexOf(bytes.subarray(-16)) + 16);
    const long = avro.Type.forSchema('long');
    const ids = Buffer.from('\x02a\x02b', 'latin1');
    const nulls = Buffer.alloc(3);
    for (const [name, length] of [
      // To two of the nulls before it, and so to where it begins.
      ['back', -(ids.length + 2 + 2)],
      ['out', 90],
    ] as const) {
      const record = [ids, long.toBuffer(1), long.toBuffer(length), nulls];
      const records = Buffer.concat([ids, nulls, ...record]);
      const block = Buffer.concat([
        long.toBuffer(2 ** 40),
        long.toBuffer(records.length),
        records,
        bytes.subarray(-16),
      ]);
      const path = join(folder, `${name}.avro`);
      writeFileSync(path, Buffer.concat([header, block, Buffer.alloc(300)]));
      await assert.rejects(readCutouts(path, FIRST), { name: 'CutoutsUnreadable', message: /is damaged at byte/ });
    }
  });

  test('with another schema is refused', async () => {
    const path = join(folder, 'other.avro');
    const encoder = avro.createFileEncoder(path, { type: 'record', name: 'x', fields: [{ name: 'a', type: 'long' }] });
    await new Promise((resolve) => encoder.end({ a: 1 }, () => encoder.once('close', resolve)));
    await assert.rejects(readCutouts(path, FIRST), { message: /is not a file of cutouts as the consumer writes them/ });
  });
});
