import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '@lvra/operations';
import { LedgerTail } from './ledger-tail.js';

/** A ledger with these events: by their IDs, the stem of each. */
function ledgerWith(events: Map<bigint, string>): Pick<Look, 'ledger'> {
  const sorted = () => [...events].sort(([a], [b]) => Number(a - b)).map(([id, stem]) => ({ id, stem }));
  const all = {
    last: async () => sorted().at(-1)?.id ?? 0n,
    after: async (id: bigint, most: number) =>
      sorted()
        .filter((event) => event.id > id)
        .slice(0, most),
  };
  return { ledger: { events: all } } as unknown as Pick<Look, 'ledger'>;
}

test('what was there at first is no news, and everything else is news once', async () => {
  const events = new Map([[7n, 'old']]);
  const tail = new LedgerTail();
  assert.deepEqual(await tail.next(ledgerWith(events)), []);
  events.set(8n, 'a').set(9n, 'b').set(10n, 'a');
  assert.deepEqual(await tail.next(ledgerWith(events)), ['a', 'b']);
  assert.deepEqual(await tail.next(ledgerWith(events)), []);
});

test('an event that appears behind later ones, as on a server, is found', async () => {
  const events = new Map([[1n, 'old']]);
  const tail = new LedgerTail();
  await tail.next(ledgerWith(events));
  events.set(50n, 'quick');
  assert.deepEqual(await tail.next(ledgerWith(events)), ['quick']);
  events.set(49n, 'slow');
  assert.deepEqual(await tail.next(ledgerWith(events)), ['slow']);
});

test('more events than one question answers are all found', async () => {
  const events = new Map<bigint, string>();
  const tail = new LedgerTail();
  await tail.next(ledgerWith(events));
  for (let id = 1n; id <= 12_345n; id++) events.set(id, `stem ${id}`);
  assert.equal((await tail.next(ledgerWith(events))).length, 12_345);
});

test('after a backup was restored, its events are no news, and new ones are', async () => {
  const tail = new LedgerTail();
  await tail.next(ledgerWith(new Map([[1_000n, 'lost']])));
  const restored = new Map([[900n, 'kept']]);
  assert.deepEqual(await tail.next(ledgerWith(restored)), []);
  restored.set(901n, 'new');
  assert.deepEqual(await tail.next(ledgerWith(restored)), ['new']);
});
