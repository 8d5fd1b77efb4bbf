import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type AlertStore, gatherLightCurves } from './collect.js';
import type { LightCurve } from './light-curve.js';

const CASES = new URL('../../../../../shared/cases/', import.meta.url);

const ID = 169760231708427201n;
/** The same number as a double. */
const NEIGHBOUR = ID + 1n;

const source = (
  mjd: number,
) => `{"diaSourceId": 17${Math.round(mjd)}0000000000001, "midpointMjdTai": ${mjd}, "raErr": NaN,
  "psfFlux": 1000.0, "psfFluxErr": 100.0, "band": "r"}`;

function message(id: bigint, times: readonly number[], first = times[0]): string {
  const alert = `{"diaObject": {"ra": 1.5, "decl": -2.5}, "diaSourcesList": [${times.map(source).join(',')}]}`;
  return `{"diaObjectId": ${id}, "firstDiaSourceMjdTai": ${first}, "alert": ${alert}}`;
}

/** A store of batch files, by stem; those of the objects are all of them, newest first. */
function storeOf(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-gather-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [stem, text] of Object.entries(files)) writeFileSync(join(folder, stem), text);
  const stems = Object.keys(files).sort().reverse();
  return {
    stemsOf: async () => stems,
    batchFile: async (stem: string) => join(folder, stem),
    sizesOf: async () => undefined,
  };
}

async function curveOf(store: AlertStore, id = ID): Promise<LightCurve> {
  const { curve, missing } = (await gatherLightCurves([id], store)).get(id) ?? {};
  assert.ok(curve, missing);
  return curve;
}

async function missingIn(store: AlertStore) {
  return (await gatherLightCurves([ID], store)).get(ID)?.missing;
}

async function timesOf(store: AlertStore, id = ID) {
  return (await curveOf(store, id)).sources.map(({ midpointMjdTai }) => midpointMjdTai);
}

describe('the light curve of an object', () => {
  test('is that of the newest batch file that has it, by its exact id', async (t) => {
    const store = storeOf(t, {
      '20260202_000001': `[${message(ID, [61_000])}]`,
      '20260202_000002': `[${message(NEIGHBOUR, [60_500, 60_501])}, ${message(ID, [61_000, 61_001])}]`,
      '20260202_000003': `[${message(NEIGHBOUR, [60_500])}]`,
    });
    assert.deepEqual(await timesOf(store), [61_000, 61_001]);
    assert.deepEqual(await timesOf(store, NEIGHBOUR), [60_500]);
  });

  test('has no source whose time cannot be one', async (t) => {
    const times = '61000.5, "midpointMjdTai": 1e300}, {"midpointMjdTai": 12, "x": 0';
    const odd = message(ID, [60_999, 61_001]).replace(': 61001', `: ${times}`);
    assert.deepEqual(await timesOf(storeOf(t, { '20260202_000001': `[${odd}]` })), [60_999]);
  });

  test('has the sources of all messages of the file about it', async (t) => {
    const doubled = `[{"diaObjectId": ${ID}}, ${message(ID, [61_000, 61_001])}, ${message(ID, [61_000])}]`;
    assert.deepEqual(await timesOf(storeOf(t, { '20260202_000001': doubled })), [61_000, 61_001]);
  });

  test('has sources of one time in the order of their exact ids, in any order of list and messages', async (t) => {
    const tied = (name: string) => readFileSync(new URL(`same-instant/${name}-first.ndjson`, CASES), 'utf8').trim();
    const id = 169949331967035529n;
    for (const [stem, text] of [
      ['20260202_000001', `[${tied('oldest')}]`],
      ['20260202_000002', `[${tied('newest')}]`],
      ['20260202_000003', `[${tied('newest')}, ${tied('oldest')}]`],
    ] as const) {
      const { sources } = await curveOf(storeOf(t, { [stem]: text }), id);
      assert.deepEqual(
        sources.map(({ key }) => key),
        ['169949331967035529', '169953715530614921'],
      );
    }
  });

  test('is that of the message whose latest source is the newest, of one time by its exact id', async (t) => {
    // These two are the same double.
    const [less, greater] = ['169953715530614920', '169953715530614921'];
    const named = (diaSourceId: string, name: string) =>
      message(ID, [61_000])
        .replace(/"diaSourceId": \d+/, `"diaSourceId": ${diaSourceId}`)
        .replace('{', `{"tns_name": "${name}", `);
    const [a, b] = [named(less, 'of less'), named(greater, 'of greater')];
    for (const text of [`[${a}, ${b}]`, `[${b}, ${a}]`]) {
      assert.equal((await curveOf(storeOf(t, { '20260202_000001': text }))).tnsName, 'of greater');
    }
  });

  test('goes on in older files if the newest holds the latest sources only', async (t) => {
    const store = storeOf(t, {
      '20260202_000001': `[${message(ID, [60_990, 60_991])}]`,
      '20260202_000002': '[]',
      '20260202_000003': `[${message(ID, [60_991, 61_000], 60_990)}]`,
    });
    assert.deepEqual(await timesOf(store), [60_990, 60_991, 61_000]);
  });

  test('a file that is gone or broken is a reason, and others of the same call are read', async (t) => {
    const store = storeOf(t, { '20260202_000001': `[${message(ID, [61_000])}, {"cut` });
    const gone = { ...store, batchFile: async () => '/nowhere/batch.json' };
    assert.match((await missingIn(gone)) ?? '', /^the batch file of 20260202_000001 is gone \(`lvra prune`/);
    const twoGone = { ...gone, stemsOf: async () => ['20260202_000002', '20260202_000001'] };
    assert.match((await missingIn(twoGone)) ?? '', /of 2 stems are gone, that of 20260202_000002 the newest/);
    assert.match(
      (await missingIn(store)) ?? '',
      /^the batch file of 20260202_000001 cannot be read: .*is not a list of alerts/,
    );
    assert.equal(await missingIn({ ...store, stemsOf: async () => [] }), 'the ledger knows no such object');
    const without = storeOf(t, { '20260202_000001': `[{"diaObjectId": ${ID}}]` });
    assert.equal(await missingIn(without), 'no batch file has an alert of it with a source');
  });
});
