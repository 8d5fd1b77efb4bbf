import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, describe, test } from 'node:test';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { RetryLater, StemFailed, stemOf } from '@lvra/core';
import { messageText, simpleMessage } from '@lvra/features/testing/messages';
import { execute } from '@lvra/ledger/testing/look-inside';
import { DataFolder, readQuarantined } from '@lvra/runtime';
import { hostileMessages, simulateAlerts } from '@lvra/simulator';
import { writeBatchFile } from '@lvra/store';
import { FeatureWorld } from './testing/feature-world.js';

const world = await FeatureWorld.create();
after(() => world.close());

let second = 0;
const nextStem = () => stemOf(new Date(Date.UTC(2026, 1, 2, 10, 0, second++)));

const batchOf = (messages: readonly string[]) => `[\n${messages.join(',\n')}\n]\n`;
const eventsOf = (stem: string) => world.ledger.events.ofStem(stem);

test('a batch file that another host has just registered is waited for', async () => {
  const { ledger, paths } = world;
  const shared = new DataFolder(paths, ledger, true);
  const now = new Date();
  const stem = await ledger.batches.reserveStem('another host', now);
  const record = { stem, vras: ['r0b'], source: 'kafka', groupId: '', ranges: [], quarantined: [], bytes: 1 };
  const messages = [Buffer.from(simpleMessage())];
  const checksum = await writeBatchFile(paths.batch(stem), messages);
  renameSync(paths.batch(stem), `${paths.batch(stem)}.hidden`);
  const times = { receivedMs: Float64Array.of(Number.NaN), now: now.getTime() };
  await ledger.batches.register({ ...record, ...times, diaObjectIds: [1n], checksum });
  await assert.rejects(world.perform(stem, shared), RetryLater);
  assert.deepEqual([await world.work.status(stem), existsSync(paths.features(stem))], [0, false]);
  renameSync(`${paths.batch(stem)}.hidden`, paths.batch(stem));
  assert.equal((await world.perform(stem, shared))?.status, 1);
});

test('a feature file that went into an empty mount point is not recorded', async (t) => {
  const shared = await DataFolder.open(world.paths, world.ledger, { mayMark: true, isShared: true });
  t.after(() => rmSync(world.paths.mark, { force: true }));
  const stem = nextStem();
  await world.register(stem, batchOf([simpleMessage()]));
  rmSync(world.paths.mark);
  await assert.rejects(world.perform(stem, shared), { name: 'FolderGone' });
  assert.equal(await world.work.status(stem), 0);
});

describe('a stem ends', () => {
  test('as done if every alert has a row', async () => {
    const stem = nextStem();
    await world.register(stem, batchOf([simpleMessage(), simpleMessage()]));
    assert.deepEqual(await world.perform(stem), { status: 1, rows: 2, path: `csv/2026/20260202/${stem}.csv` });
    assert.equal(await world.work.status(stem), 1);
    const [event, ...others] = await eventsOf(stem);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [event?.stage, event?.vra, event?.status, event?.rows, event?.durationMs],
      ['feature', 'r0b', 1, 2, 12],
    );
  });

  test('with the place, flux and band of each latest source in the ledger', async () => {
    const stem = nextStem();
    const older = { midpointMjdTai: '61000.5', ra: '1', decl: '2', psfFlux: '3', band: '"u"' };
    const newer = { midpointMjdTai: '61001.5', ra: '150.25', decl: '-30.5', psfFlux: '-9.5', band: '"z"' };
    const id = '170046091000999999';
    await world.register(stem, batchOf([messageText({}, [{ ...newer, diaSourceId: id }, older])]));
    await world.perform(stem);
    const rows = await world.all('SELECT ra, decl, psfFlux, band FROM source WHERE diaSourceId = ?', BigInt(id));
    assert.deepEqual(rows, [{ ra: 150.25, decl: -30.5, psfFlux: -9.5, band: 'z' }]);
  });

  test('as partial if an alert is missing or in quarantine, and says how many', async () => {
    const stem = nextStem();
    const noSources = messageText({}, []);
    const withoutAlert = '{"diaObjectId": 170019716327800983, "UTC": "2026-02-02 10:24:48"}';
    await world.register(
      stem,
      batchOf([withoutAlert, simpleMessage(), noSources, '{"diaObjectId": 1, "alert": null}']),
    );
    assert.equal((await world.perform(stem))?.status, -1);
    assert.equal(await world.work.status(stem), -1);
    assert.equal((await eventsOf(stem))[0]?.detail, '2 without alert, 1 in quarantine');
    assert.deepEqual(
      world.read(stem).rows.map(({ index }) => index),
      ['1'],
    );
    const [entry] = (await world.ledger.quarantine.list()).filter((listed) => listed.stem === stem);
    assert.deepEqual([entry?.stage, entry?.position, entry?.reason], ['feature', 2, 'no_sources']);
    for await (const [, bytes] of readQuarantined(world.paths, [entry!])) assert.equal(String(bytes), noSources);
    assert.equal(existsSync(world.paths.quarantine), false, 'the batch file has them');
  });

  test('as done with a file of a header alone if the batch is empty, and as partial if no alert gave a row', async () => {
    const [empty, without] = [nextStem(), nextStem()];
    await world.register(empty, '[]');
    await world.register(without, '[{"diaObjectId": 1}]');
    assert.equal((await world.perform(empty))?.status, 1);
    assert.equal((await world.perform(without))?.status, -1);
    for (const stem of [empty, without]) assert.deepEqual(world.read(stem), { columns: ['index'], rows: [] });
  });

  test('as partial, with a reason, if the filter sends only lite alerts', async () => {
    const stem = nextStem();
    const alerts = simulateAlerts({ seed: 4, meanSources: 4 });
    const lite: string[] = [];
    const objects: (bigint | undefined)[] = [];
    while (lite.length < 3) {
      const { form, text, diaObjectId } = alerts.next().value;
      if (form !== 'lite') continue;
      lite.push(text);
      objects.push(diaObjectId);
    }
    await world.register(stem, batchOf(lite));
    assert.deepEqual([(await world.perform(stem))?.status, await world.work.status(stem)], [-1, -1]);
    assert.equal((await eventsOf(stem))[0]?.detail, '3 in quarantine, no row');
    const entries = (await world.ledger.quarantine.list()).filter((entry) => entry.stem === stem);
    assert.deepEqual(
      entries.map(({ reason, detail }) => [reason, /the Lasair filter must send full ones/.test(detail)]),
      Array.from({ length: 3 }, () => ['source_incomplete', true]),
    );
    assert.deepEqual(
      entries.map(({ diaObjectId }) => diaObjectId),
      objects,
    );
  });

  test('with status 21 if the batch file is missing', async () => {
    const stem = nextStem();
    await world.open(stem);
    await assert.rejects(world.perform(stem), (error) => error instanceof StemFailed && error.status === 21);
  });

  test('with status 23 if the batch file is no whole list, and leaves no feature file', async () => {
    const whole = batchOf([simpleMessage(), simpleMessage()]);
    for (const text of ['', '{}', whole.slice(0, -3), whole.slice(0, 300), `${whole}x`, 'Not Found']) {
      const stem = nextStem();
      await world.register(stem, text);
      await assert.rejects(world.perform(stem), (error) => error instanceof StemFailed && error.status === 23);
      assert.throws(() => readFileSync(world.paths.features(stem)), { code: 'ENOENT' });
      assert.equal(await world.work.status(stem), 0);
    }
  });
});

describe('doing a stem again', () => {
  const counts = async (stem: string) =>
    await Promise.all(
      ['threshold_flags_provenance', 'quarantine', 'stem_event'].map(
        async (table) => (await world.all(`SELECT count(*) AS n FROM ${table} WHERE stem = ?`, stem))[0]?.n,
      ),
    );

  test('after a crash between file and ledger, or with rows of the Python pipeline, doubles nothing', async () => {
    const stem = nextStem();
    // The same alert twice in one batch is rightly two rows.
    await world.register(stem, batchOf([...realMessages.slice(1, 5), realMessages[4] as string, messageText({}, [])]));
    await world.perform(stem);
    const file = readFileSync(world.paths.features(stem), 'utf8');
    assert.deepEqual(await counts(stem), [5n, 1n, 1n]);
    await execute(world.ledger, 'UPDATE feature_making SET r0b = 0 WHERE stem = ?', stem);
    await execute(world.ledger, 'DELETE FROM threshold_flags_provenance WHERE stem = ? AND ID % 2 = 0', stem);
    assert.equal((await world.perform(stem))?.rows, 5);
    assert.deepEqual(await counts(stem), [5n, 1n, 2n]);
    assert.equal(readFileSync(world.paths.features(stem), 'utf8'), file);
  });

  test('that another replica finished meanwhile records nothing and reports nothing', async () => {
    const stem = nextStem();
    await world.register(stem, batchOf([simpleMessage()]));
    const [first, second] = await Promise.all([world.perform(stem), world.perform(stem)]);
    assert.deepEqual([first, second].filter(Boolean).length, 1);
    assert.deepEqual(await counts(stem), [1n, 0n, 1n]);
  });

  test('leaves no temporary file behind', () => {
    const folder = dirname(world.paths.features('20260202_100000'));
    assert.deepEqual(
      readdirSync(folder).filter((name) => !/^\d{8}_\d{6}\.csv$/.test(name)),
      [],
    );
  });
});

test('threshold flags go to the ledger in the order of the table, as 0 and 1', async () => {
  const stem = nextStem();
  const sources = [
    { midpointMjdTai: '61002.0', psfFlux: '300000', diaSourceId: '170046091000545399' },
    { midpointMjdTai: '61001.0', psfFlux: '40000.5' },
    { midpointMjdTai: '61000.0', psfFlux: 'null' },
  ];
  await world.register(stem, batchOf([messageText({}, sources)]));
  await world.perform(stem);
  const [row] = await world.all('SELECT * FROM threshold_flags_provenance WHERE stem = ?', stem);
  assert.equal(row?.diaObjectId, 170019716327800983n);
  assert.equal(row?.diaSourceId, 170046091000545399n);
  const magnitudes = [22, 21, 20, 19, 18];
  assert.deepEqual(
    magnitudes.map((m) => row?.[`n_gt${m}`]),
    [2n, 2n, 2n, 1n, 1n],
  );
  assert.deepEqual(
    magnitudes.map((m) => row?.[`brighter${m}`]),
    [1n, 1n, 1n, 1n, 1n],
  );
  assert.deepEqual(
    magnitudes.map((m) => row?.[`first${m}`]),
    [0n, 0n, 0n, 1n, 1n],
  );
  assert.equal(
    (await world.all('SELECT midpointMjdTai FROM source WHERE diaSourceId = 170046091000545399'))[0]?.midpointMjdTai,
    61002,
  );
});

test('of hostile messages each that the batch file may hold has the expected outcome, and good ones are processed', async () => {
  const consumers = new Set(['not_json', 'not_utf8', 'too_large']);
  const hostile = hostileMessages().filter(({ reason }) => reason === undefined || !consumers.has(reason));
  const stem = nextStem();
  const good = realMessages.slice(1, 4);
  await world.register(
    stem,
    Buffer.concat([
      Buffer.from('['),
      ...hostile.flatMap(({ bytes }) => [bytes(), Buffer.from(',\n')]),
      Buffer.from(`${good.join(',\n')}]`),
    ]),
  );
  await world.perform(stem);
  const { rows } = world.read(stem);
  const reasons = new Map(
    (await world.ledger.quarantine.list()).flatMap((entry) =>
      entry.stem === stem ? [[entry.position, entry.reason]] : [],
    ),
  );
  hostile.forEach(({ name, outcome, reason, diaObjectId }, position) => {
    const row = rows.find(({ index }) => index === String(position));
    assert.equal(row?.diaObjectId, outcome === 'scored' ? String(diaObjectId) : undefined, name);
    assert.equal(reasons.get(position), reason, name);
  });
  assert.deepEqual(
    rows.slice(-3).map(({ index }) => index),
    good.map((_, i) => String(hostile.length + i)),
  );
});
