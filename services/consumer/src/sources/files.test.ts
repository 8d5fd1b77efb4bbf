import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UsageError } from '@lvra/core';
import { changing } from '@lvra/ledger/testing/look-inside';
import { alertText, listSource, message, never, range, TestRig, until } from '../testing/rig.js';
import { replaySource } from './files.js';
import { quarantineSource } from './quarantine.js';
import { simulateSource } from './simulated.js';

const REAL = fileURLToPath(new URL('../../../../../shared/real/', import.meta.url));
const REAL_LINES = readFileSync(join(REAL, 'alerts-20260202.ndjson'), 'utf8').trimEnd().split('\n');

let rig: TestRig;
beforeEach(async () => {
  rig = await TestRig.create();
});
afterEach(() => rig.close());

const replay = (path: string) => rig.consumer(replaySource({ path, log: rig.log })).run(never);
const inputPath = (name: string) => {
  const folder = join(rig.paths.root, 'input', 'deep');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
};

describe('replay', () => {
  test('yields the alerts of an NDJSON file', async () => {
    await replay(join(REAL, 'alerts-20260202.ndjson'));
    assert.equal(rig.batchText((await rig.stems())[0] as string), `[\n${REAL_LINES.join(',\n')}\n]\n`);
  });

  test('yields the alerts of a batch file of the Python pipeline', async () => {
    await replay(join(REAL, 'JSON'));
    const [stem] = await rig.stems();
    assert.equal((await rig.ledger.batches.receivedMs(stem as string))?.length, 44);
    assert.ok((await rig.ledger.batches.receivedMs(stem as string))?.every(Number.isNaN));
    assert.deepEqual(
      await rig.rows('SELECT diaObjectId FROM diaobjid_stems ORDER BY 1'),
      [...new Set(REAL_LINES.map((line) => /"diaObjectId": (\d+)/.exec(line)?.[1] as string))]
        .map((id) => ({ diaObjectId: BigInt(id) }))
        .sort((a, b) => (a.diaObjectId < b.diaObjectId ? -1 : 1)),
    );
  });

  test('yields what it wrote itself', async () => {
    await rig.consumer(listSource(range(0, 5).map((n) => message(alertText(n))))).run(never);
    await replay(rig.paths.batch((await rig.stems())[0] as string));
    assert.deepEqual(await rig.numbers(), [...range(0, 5), ...range(0, 5)]);
  });

  test('takes all alert files below a folder in the order of their names, and no others', async () => {
    writeFileSync(inputPath('b.ndjson'), `${alertText(2)}\n\n${alertText(3)}`);
    writeFileSync(inputPath('a.json'), ` [\n${alertText(0)},\n${alertText(1)}\n]\n`);
    writeFileSync(inputPath('README.md'), 'no alerts here');
    copyFileSync(inputPath('b.ndjson'), inputPath('c.jsonl'));
    await replay(join(rig.paths.root, 'input'));
    assert.deepEqual(await rig.numbers(), [0, 1, 2, 3, 2, 3]);
  });

  test('skips JSON below a folder that is not a list, and logs it', async () => {
    writeFileSync(inputPath('manifest.json'), '{\n  "model": "r0b",\n  "features": []\n}\n');
    await assert.rejects(async () => replay(join(rig.paths.root, 'input')), /none of its 1 \.json files is a list/);
    writeFileSync(inputPath('a.json'), `[\n${alertText(0)}\n]\n`);
    writeFileSync(inputPath('lines.json'), `${alertText(1)}\n${alertText(2)}\n`);
    await replay(join(rig.paths.root, 'input'));
    assert.deepEqual(await rig.numbers(), [0]);
    assert.deepEqual(await rig.ledger.quarantine.list(), []);
    assert.match(rig.logText(), /manifest\.json is skipped: it is not a list of alerts/);
    await replay(inputPath('lines.json'));
    assert.deepEqual(await rig.numbers(), [0, 1, 2]);
  });

  test('keeps lines of any length and any bytes whole', async () => {
    const long = alertText(1, 3_000_000);
    const hostile = Buffer.from([0x7b, 0xff, 0x0d]);
    const newline = Buffer.from('\n');
    writeFileSync(inputPath('mixed'), Buffer.concat([Buffer.from(long), newline, hostile, newline, Buffer.from(long)]));
    await replay(inputPath('mixed'));
    assert.equal(rig.batchText((await rig.stems())[0] as string), `[\n${long},\n${long}\n]\n`);
    const [entry] = await rig.ledger.quarantine.list();
    assert.deepEqual(readFileSync(join(rig.paths.root, entry?.path as string)), hostile);
  });

  test('says what cannot be read', async () => {
    assert.throws(() => replaySource({ path: inputPath('missing'), log: rig.log }), UsageError);
    mkdirSync(inputPath('empty'));
    assert.throws(() => replaySource({ path: inputPath('empty'), log: rig.log }), /there is no \.json/);
    writeFileSync(inputPath('cut.json'), `[\n${alertText(0)},\n${alertText(1).slice(0, 50)}`);
    await assert.rejects(replay(inputPath('cut.json')), UsageError);
    assert.deepEqual(await rig.numbers(), [0]);
  });
});

describe('simulate', () => {
  const simulation = { seed: 1, meanSources: 4 };

  test('makes as many alerts as it is told', async () => {
    const begun = Date.now();
    await rig.consumer(simulateSource({ simulation, rate: undefined, count: 30 })).run(never);
    const received = await rig.ledger.batches.receivedMs((await rig.stems())[0] as string);
    assert.equal(received?.length, 30);
    assert.ok(received?.every((ms) => ms >= begun && ms <= Date.now()));
  });

  test('keeps to its rate', async () => {
    const begun = performance.now();
    await rig.consumer(simulateSource({ simulation, rate: 100, count: 41 })).run(never);
    const ms = performance.now() - begun;
    assert.ok(ms >= 395 && ms < 20_000, `took ${ms} ms`);
  });

  test('runs until it is stopped, and registers what it made', async () => {
    const stop = new AbortController();
    const running = rig
      .consumer(simulateSource({ simulation, rate: undefined, count: undefined }), { alerts: 50 })
      .run(stop.signal);
    await until('two batches', async () => (await rig.stems()).length >= 2);
    stop.abort();
    await running;
    assert.deepEqual(await rig.ledger.batches.unregistered(Date.now() + 60_000), []);
  });
});

describe('quarantine replay', () => {
  test('yields alerts again and marks them with their new stem', async () => {
    const large = message(alertText(1, 5_000));
    await rig.consumer(listSource([message('nonsense'), large]), { messageBytes: 1_000 }).run(never);
    const ids = (await rig.ledger.quarantine.list()).map(({ id }) => id);
    const source = await quarantineSource({ ids, quarantine: rig.ledger.quarantine, paths: rig.paths });
    await rig.consumer(source).run(never);
    const [stem] = await rig.stems();
    assert.equal(rig.batchText(stem as string), `[\n${alertText(1, 5_000)}\n]\n`);
    assert.deepEqual(await rig.ledger.batches.receivedMs(stem as string), Float64Array.of(large.receivedMs));
    const all = await rig.ledger.quarantine.list({ all: true });
    assert.deepEqual(
      all.map(({ reason, replayedAs }) => [reason, replayedAs]),
      [
        ['not_json', stem],
        ['too_large', stem],
        ['not_json', undefined],
      ],
    );
  });

  test('yields an alert once that the models of several VRAs could not score, from its batch file', async () => {
    const { quarantine } = rig.ledger;
    await rig.consumer(listSource([1, 2, 3].map((id) => message(alertText(id))))).run(never);
    const [before = ''] = await rig.stems();
    const aside: [vra: string, position: number][] = [
      ['r0b', 2],
      ['other', 2],
      ['r0b', 0],
      ['third', 2],
    ];
    for (const [vra, position] of aside) {
      const entry = {
        ...({ stem: before, stage: 'predict', vra, position, reason: 'no_score', detail: 'inf' } as const),
        ...{ path: relative(rig.paths.root, rig.paths.batch(before)), bytes: alertText(3).length, at: 0 },
      };
      await changing(rig.ledger, (tx) => quarantine.add(tx, [entry]));
    }
    // The other VRA's is not asked for.
    await rig.consumer(await quarantineSource({ ids: [1n, 4n, 3n, 1n], quarantine, paths: rig.paths })).run(never);
    const stem = (await rig.stems()).find((each) => each !== before) as string;
    assert.equal(rig.batchText(stem), `[\n${alertText(1)},\n${alertText(3)}\n]\n`);
    assert.deepEqual(
      (await quarantine.list({ all: true })).map(({ replayedAs }) => replayedAs),
      [stem, stem, stem, stem],
    );
  });

  test('says that an alert is not in its batch file, even if the ledger has it', async () => {
    const { quarantine } = rig.ledger;
    await rig.consumer(listSource([message(alertText(1))])).run(never);
    const [before = ''] = await rig.stems();
    for (const [position, path] of [
      [7, relative(rig.paths.root, rig.paths.batch(before))],
      [8, relative(rig.paths.root, rig.paths.batch('20260101_000000'))],
    ] as const) {
      const entry = {
        ...({ stem: before, stage: 'predict', vra: 'r0b', position, reason: 'no_score', detail: 'inf' } as const),
        ...{ path, bytes: 1, at: 0 },
      };
      await changing(rig.ledger, (tx) => quarantine.add(tx, [entry]));
    }
    const replay = async (id: bigint) =>
      rig.consumer(await quarantineSource({ ids: [id], quarantine, paths: rig.paths })).run(never);
    await assert.rejects(replay(1n), /has no alert at the position 7: was it altered\?/);
    await assert.rejects(replay(2n), /the file with the bytes of the alert, .*20260101_000000\.json, is gone/);
  });

  test('refuses ids that are not there, and those that were replayed', async () => {
    const { quarantine } = rig.ledger;
    const source = (id: bigint) => quarantineSource({ ids: [id], quarantine, paths: rig.paths });
    await assert.rejects(() => source(7n), /there is no alert 7 in quarantine/);
    await rig.consumer(listSource([message('nonsense')])).run(never);
    await rig.consumer(await source(1n)).run(never);
    await assert.rejects(() => source(1n), /alert 1 was replayed already, as stem \d{8}_\d{6}/);
  });
});
