import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { alertText, DEFAULT_LIMITS, message } from '../testing/rig.js';
import { Batcher } from './batcher.js';
import type { ClassifiedMessage } from './classify.js';

/** Writes that end when they are told to. */
class Writes {
  readonly batches: (readonly ClassifiedMessage[])[] = [];
  readonly #ends: (() => void)[] = [];

  readonly write = (batch: readonly ClassifiedMessage[]): Promise<void> => {
    this.batches.push(batch);
    return new Promise((resolve) => this.#ends.push(resolve));
  };

  async end(): Promise<void> {
    this.#ends.shift()?.();
    await setImmediate();
  }

  sizes(): number[] {
    return this.batches.map((batch) => batch.length);
  }
}

const alert = (n: number) => message(alertText(n));

/** Adds an alert. */
function mustWait(batcher: Batcher, n: number): boolean {
  const wait = batcher.add(alert(n));
  return wait !== undefined;
}

describe('the batcher', () => {
  test('closes a batch at the number of alerts', () => {
    const writes = new Writes();
    const batcher = new Batcher({ ...DEFAULT_LIMITS, alerts: 3 }, writes.write);
    for (let n = 0; n < 3; n++) assert.ok(!mustWait(batcher, n));
    assert.deepEqual(writes.sizes(), [3]);
  });

  test('closes a batch at the number of bytes', () => {
    const writes = new Writes();
    const one = alert(0).bytes.length;
    const batcher = new Batcher({ ...DEFAULT_LIMITS, bytes: one * 2 + 1 }, writes.write);
    for (let n = 0; n < 3; n++) void batcher.add(alert(n));
    assert.deepEqual(writes.sizes(), [3]);
  });

  test('closes a batch some time after its first alert, even if more follow', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const writes = new Writes();
    const batcher = new Batcher({ ...DEFAULT_LIMITS, ageMs: 60 }, writes.write);
    void batcher.add(alert(0));
    t.mock.timers.tick(40);
    void batcher.add(alert(1));
    t.mock.timers.tick(19);
    assert.deepEqual(writes.sizes(), []);
    t.mock.timers.tick(1);
    assert.deepEqual(writes.sizes(), [2]);
  });

  test('fills the next batch while one is being written, and makes the source wait when that is full too', async () => {
    const writes = new Writes();
    const batcher = new Batcher({ ...DEFAULT_LIMITS, alerts: 2 }, writes.write);
    for (let n = 0; n < 3; n++) assert.ok(!mustWait(batcher, n));
    const wait = batcher.add(alert(3));
    assert.ok(wait instanceof Promise);
    assert.deepEqual(writes.sizes(), [2]);
    await writes.end();
    await wait;
    assert.deepEqual(writes.sizes(), [2, 2]);
    assert.ok(!mustWait(batcher, 4));
    void batcher.flush();
  });

  test('writes a batch that grew old while another was being written as soon as that one is done', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const writes = new Writes();
    const batcher = new Batcher({ ...DEFAULT_LIMITS, alerts: 2, ageMs: 30 }, writes.write);
    for (let n = 0; n < 3; n++) void batcher.add(alert(n));
    t.mock.timers.tick(30);
    assert.deepEqual(writes.sizes(), [2]);
    await writes.end();
    assert.deepEqual(writes.sizes(), [2, 1]);
  });

  test('flushing does not wait for what is added meanwhile', async () => {
    const writes = new Writes();
    const batcher = new Batcher(DEFAULT_LIMITS, writes.write);
    void batcher.add(alert(0));
    const flushing = batcher.flush();
    void batcher.add(alert(1));
    await writes.end();
    await flushing;
    assert.deepEqual(writes.sizes(), [1]);
    void batcher.flush();
  });

  test('flushing settles when everything is written', async () => {
    const writes = new Writes();
    const batcher = new Batcher({ ...DEFAULT_LIMITS, alerts: 2 }, writes.write);
    for (let n = 0; n < 3; n++) void batcher.add(alert(n));
    let flushed = false;
    const flushing = batcher.flush().then(() => {
      flushed = true;
    });
    await writes.end();
    assert.deepEqual(writes.sizes(), [2, 1]);
    assert.equal(flushed, false);
    await writes.end();
    await flushing;
  });
});
