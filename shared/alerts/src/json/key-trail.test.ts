import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realMessages } from '../testing/json-samples.js';
import { JsonCursor } from './cursor.js';
import { JsonError } from './errors.js';
import { FastScanner } from './plain.js';

/** A generator of whole numbers in [0, below), the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NAMES = ['psfFlux', 'psfFluxErr', 'psfFlux_flag', 'x', '', 'é', 'band', 'k'.repeat(80), 'ra', 'midpointMjdTai'];
const VALUES = ['1', '-61073.0300581807', '2.5e-07', '0', '12345678901234567890', 'NaN', 'true', 'false', 'null'];
const SPACES = ['', ' ', '\n\t', '      '];

/** Objects within lists within objects, with few names in many orders, so that the next key is often another one. */
function document(random: (below: number) => number, depth = 0): string {
  const space = () => SPACES[random(SPACES.length)] as string;
  const value = () => {
    const kind = random(depth < 4 ? 10 : 8);
    if (kind < 6) return VALUES[random(VALUES.length)] as string;
    if (kind < 8) return JSON.stringify(NAMES[random(NAMES.length)]);
    if (kind === 8) return document(random, depth + 1);
    return `[${Array.from({ length: random(4) }, () => document(random, depth + 1)).join(`,${space()}`)}]`;
  };
  const fields = Array.from({ length: random(8) }, () => {
    return `${JSON.stringify(NAMES[random(NAMES.length)])}:${random(2) === 0 ? ' ' : space()}${value()}`;
  });
  return `{${space()}${fields.join(`${random(8) === 0 ? space() : ''},${random(3) === 0 ? space() : ' '}`)}${space()}}`;
}

/** Whether the text is an object, by the cursor's own steps, which know of no trail. */
function isGood(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  const cursor = new JsonCursor().reset(bytes);
  const take = (): void => {
    const first = cursor.peek();
    if (first === 0x7b) {
      if (!cursor.enterObject()) return;
      do {
        cursor.key();
        take();
      } while (cursor.nextInObject());
    } else if (first === 0x5b) {
      if (!cursor.enterArray()) return;
      do take();
      while (cursor.nextInArray());
    } else cursor.value();
  };
  try {
    take();
    cursor.finish();
    return true;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

const endBy = (scanner: FastScanner, text: string) =>
  scanner.endOf(Buffer.from(text, 'latin1'), 0, Buffer.byteLength(text, 'latin1'), 100);

describe('the trail of keys', () => {
  test('changes no verdict: of texts in any order and spacing, whole, broken and cut', () => {
    const random = numbers(11);
    const trained = new FastScanner();
    let accepted = 0;
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      let text = Buffer.from(document(random)).toString('latin1');
      const at = 1 + random(text.length - 1);
      const change = random(4);
      if (change === 1) text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
      if (change === 2) text = text.slice(0, at) + text.slice(at + 1 + random(3));
      if (change === 3) text = text.slice(0, at) + ',:"{}[]0'[random(8)] + text.slice(at);
      const end = endBy(trained, text);
      // An escape, or an odd number, is good and yet left to the cursor.
      if (end === text.length) assert.ok(isGood(text), text);
      else if (end === -1) assert.equal(endBy(new FastScanner(), text), -1, text);
      else assert.ok(isGood(text.slice(0, end)), text);
      if (end === -1) refused++;
      else accepted++;
    }
    assert.ok(accepted > 5_000 && refused > 5_000, `${accepted} accepted, ${refused} refused`);
  });

  test('changes no verdict on a real message of which any one byte is another', () => {
    const text = (realMessages[0] as string).slice(0, 6_000);
    const trained = new FastScanner();
    for (const message of realMessages.slice(0, 3)) assert.equal(endBy(trained, message), message.length);
    const opened = text.slice(0, text.lastIndexOf('{', text.indexOf('"psfFlux"')));
    const source = `${text.slice(opened.length).split('}')[0]}}`;
    for (let at = 1; at < source.length; at++) {
      for (const other of ['"', ',', '}', 'x', '7', '\\', '\n']) {
        const broken = source.slice(0, at) + other + source.slice(at + 1);
        const end = endBy(trained, broken);
        assert.equal(end, endBy(new FastScanner(), broken), broken);
        if (end !== -1) assert.ok(isGood(broken.slice(0, end)), broken);
      }
    }
  });

  test('continues if a text has more keys than are kept', () => {
    const scanner = new FastScanner();
    const text = `{${Array.from({ length: 5_000 }, (_, i) => `"key ${i}": ${i}`).join(', ')}}`;
    for (let round = 0; round < 3; round++) assert.equal(endBy(scanner, text), text.length);
  });

  test('tells where to read wanted values: the last where a key is repeated, -1 where it is missing', () => {
    const scanner = new FastScanner(['ra', 'psfFlux']);
    for (const [text, ra, flux] of [
      ['{"ra": 1, "psfFlux": 2.5}', '1', '2.5'],
      ['{"ra": 1, "psfFlux": 2.5}', '1', '2.5'],
      ['{"psfFlux": 7, "ra": 3, "ra": null}', 'null', '7'],
      ['{"psfFlux":      8,\n\n"ra":4}', '4', '8'],
      ['{"psfFluxErr": 1, "r": "ra", "x": "psfFlux"}', undefined, undefined],
      ['{ }', undefined, undefined],
    ] as const) {
      const bytes = Buffer.from(text);
      assert.equal(scanner.endOfFlat(bytes, 0, bytes.length), bytes.length, text);
      const found = [...scanner.places].map((at) =>
        at === -1 ? undefined : /^[^,} ]+/.exec(text.slice(at).trimStart())?.[0],
      );
      assert.deepEqual(found, [ra, flux], text);
    }
  });

  test('takes no object as flat whose wanted value it could not tell', () => {
    const scanner = new FastScanner(['psfFlux']);
    const bytes = Buffer.from(`{"ra": 1,${' '.repeat(100)}"psfFlux": 2}`);
    assert.equal(scanner.endOfFlat(bytes, 0, bytes.length), -1);
  });
});
