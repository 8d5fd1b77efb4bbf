import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type News, Watcher } from './watcher.js';

/** Collects what a listener is told, and waits for it. */
function listening(watcher: Watcher) {
  const told: News[] = [];
  let wake = () => {};
  const stop = watcher.listen((news) => {
    told.push(news);
    wake();
  });
  const until = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return told.slice(0, count);
  };
  return { told, stop, until };
}

test('whoever listens is told how it stands, and of every change once', async () => {
  let version = '1.5';
  const first = listening(new Watcher(async () => version));
  assert.deepEqual(await first.until(1), [{ kind: 'change', version: '1.5' }]);
  version = '1.6';
  assert.deepEqual((await first.until(2))[1], { kind: 'change', version: '1.6' });
  first.stop();
});

test('one who comes later is told at once, and not of what was before him', async () => {
  let version = '1.1';
  const watcher = new Watcher(async () => version);
  const first = listening(watcher);
  await first.until(1);
  version = '1.2';
  await first.until(2);
  const second = listening(watcher);
  assert.deepEqual(second.told, [{ kind: 'change', version: '1.2' }]);
  first.stop();
  second.stop();
});

test('nobody listens: nobody asks', async () => {
  let asked = 0;
  const watcher = new Watcher(async () => String(++asked));
  assert.equal(asked, 0);
  const first = listening(watcher);
  await first.until(2);
  first.stop();
  const before = asked;
  // More than twice the time between two questions.
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal(asked, before);
});

test('a ledger that cannot be read is news, and that it can be read again', async () => {
  let fails = true;
  const one = listening(
    new Watcher(async () => {
      if (fails) throw new Error('no ledger at /data');
      return '1.9';
    }),
  );
  assert.deepEqual(await one.until(1), [{ kind: 'rest', why: 'no ledger at /data' }]);
  fails = false;
  assert.deepEqual((await one.until(2))[1], { kind: 'change', version: '1.9' });
  one.stop();
});
