import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { testConsole } from '../../testing/console.js';

const OBJECT = 313637921267122191n;
const SOURCE = 170046091000545381n;
/** Observed at 04:10:07 UTC: five minutes before. */
const STEM = '20260422_041502';
const MIDPOINT = 61152.174126157;

async function consoleOf(t: TestContext) {
  const ledger = await newLedger(t, ['r0b']);
  await execute(ledger, 'INSERT INTO predict (stem, r0b) VALUES (?, 1)', STEM);
  await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', OBJECT, STEM);
  await execute(
    ledger,
    'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?), (?, ?), (?, ?)',
    ...[SOURCE, MIDPOINT, 7n, 61153, 9n, MIDPOINT - 80],
  );
  const add = 'INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem) VALUES (?, ?, ?)';
  await execute(ledger, add, OBJECT, SOURCE, STEM);
  await execute(ledger, add, OBJECT + 1n, 8n, STEM);
  await execute(ledger, add, OBJECT + 2n, 9n, STEM);
  const console = testConsole({ LVRA_DATA_ROOT: dirname(dirname(ledger.name)) });
  t.after(() => console.close());
  return { ...console, ledger };
}

test('the search leads to what an id, a source, a stem, a night, a position or a name at TNS is', async (t) => {
  const { ask, ledger } = await consoleOf(t);
  const { submission } = await ledger.tns.begin('live', [{ diaObjectId: OBJECT, internalName: 'x', report: '{}' }], {
    ...{ sender: 'test', again: false, now: 1 },
  });
  await ledger.tns.settle(submission as bigint, [{ diaObjectId: OBJECT, outcome: 'inserted', objname: '2026abc' }], 2);
  const leads = {
    [`${OBJECT}`]: `/objects/${OBJECT}`,
    [` ${SOURCE} `]: `/objects/${OBJECT}`,
    // Nobody knows when it was observed: it is among the newest.
    8: `/objects/${OBJECT + 1n}`,
    // Observed months before it came, as alerts that are replayed.
    9: `/objects/${OBJECT + 2n}`,
    [STEM]: `/stems/${STEM}`,
    20260422: '/candidates?night=20260422',
    '10:00:24 -30:12:00 5': '/candidates?cone=150.1+-30.2+5&sort=distance',
    'AT 2026abc': `/objects/${OBJECT}`,
  };
  for (const [q, page] of Object.entries(leads)) {
    const response = await ask(`/search?${new URLSearchParams({ q })}`);
    assert.deepEqual([response.status, response.headers.get('location')], [303, page], q);
  }
});

test('what is found nowhere is said in words, as text, with what can be found', async (t) => {
  const { text, json } = await consoleOf(t);
  assert.match(await text('/search?q=%3Cscript%3E'), /Nothing found for &lt;script&gt;/);
  assert.match(
    await text('/search?q=313637921267122199'),
    /No alert of an object 313637921267122199.*not in the last 1000 alerts/s,
  );
  assert.match(await text('/search?q=7'), /observed at 2026-04-22T23:59:23.000Z, but/);
  assert.match(await text('/search'), /What can be found/);
  const { kind, page } = await json<{ kind: string; page: string }>(`/api/v1/search?q=${SOURCE}`);
  assert.deepEqual([kind, page], ['object', `/objects/${OBJECT}`]);
});

test('a text that is too long is refused', async (t) => {
  const { ask } = await consoleOf(t);
  assert.equal((await ask(`/search?q=${'1'.repeat(201)}`)).status, 400);
});
