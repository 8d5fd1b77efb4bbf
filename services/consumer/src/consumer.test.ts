import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchIndex } from '@lvra/alerts';
import { isStem, routeOf, stemOf } from '@lvra/core';
import { BatchLedger, type BatchRecord } from '@lvra/ledger';
import { abandon, clearOrphans } from './batches/abandoned.js';
import { noneSource } from './sources/none.js';
import type { AlertSource, RawMessage } from './sources/source.js';
import { alertText, idOf, listSource, message, never, range, TestRig, until } from './testing/rig.js';

const REAL = new URL('../../../../shared/real/alerts-20260202.ndjson', import.meta.url);

describe('the consumer', () => {
  let rig: TestRig;
  beforeEach(async () => {
    rig = await TestRig.create();
  });
  afterEach(() => rig.close());

  const consume = (messages: Iterable<RawMessage>, limits = {}) =>
    rig.consumer(listSource(messages), limits).run(never);

  test('writes real alerts byte for byte into a list that Python reads', async () => {
    const lines = readFileSync(REAL, 'utf8').trimEnd().split('\n');
    await consume(lines.map((line) => message(line)));
    const [stem] = await rig.stems();
    assert.ok(stem && isStem(stem));
    assert.equal(rig.batchText(stem), `[\n${lines.join(',\n')}\n]\n`);
    const program = 'import json, sys; print(*[a["diaObjectId"] for a in json.load(open(sys.argv[1]))])';
    const read = execFileSync('python3', ['-c', program, rig.paths.batch(stem)], { encoding: 'utf8' });
    const ids = lines.map((line) => /"diaObjectId": (\d+)/.exec(line)?.[1]);
    assert.deepEqual(read.trim().split(' '), ids);
  });

  test('registers a stem as the Python consumer does, ids exact', async () => {
    await consume(range(0, 3).map((n) => message(alertText(n))));
    const [stem] = await rig.stems();
    for (const table of ['feature_making', 'predict', 'annotating']) {
      assert.deepEqual(await rig.rows(`SELECT stem, r0b FROM ${table}`), [{ stem, r0b: 0n }]);
    }
    assert.deepEqual(
      await rig.rows('SELECT diaObjectId, stem FROM diaobjid_stems ORDER BY 1'),
      range(0, 3).map((n) => ({ diaObjectId: idOf(n), stem })),
    );
    assert.deepEqual(await rig.ledger.batches.receivedMs(stem as string), new Float64Array(3).fill(1_770_000_000_000));
  });

  test('does not know when Kafka had an alert whose time is before there were any', async () => {
    await consume([{ ...message(alertText(0)), receivedMs: Date.UTC(1970, 0, 2) }, message(alertText(1))]);
    const received = await rig.ledger.batches.receivedMs((await rig.stems())[0] as string);
    assert.deepEqual(received, Float64Array.of(Number.NaN, 1_770_000_000_000));
  });

  test('says where in the batch file each alert stands, by its bytes', async () => {
    const texts = [alertText(0, 7), ` ${alertText(1, 300)} `, alertText(2), alertText(2).replace('xx', 'é')];
    await consume(texts.map((text) => message(text)));
    const [stem = ''] = await rig.stems();
    const { diaObjectIds, lengths } = (await rig.ledger.places.of(stem)) ?? {};
    const places = BatchIndex.ofSizes(diaObjectIds as BigInt64Array, lengths as Uint32Array);
    const file = readFileSync(rig.paths.batch(stem));
    assert.equal(places.fileBytes, file.length);
    const found = [0, 1, 2].flatMap((n) => places.placesOf(idOf(n)));
    assert.deepEqual(
      found.map(({ offset, length }) => file.toString('utf8', offset, offset + length)),
      texts,
    );
  });

  test('keeps an alert that is in a batch twice', async () => {
    await consume([message(alertText(1)), message(alertText(1))]);
    assert.deepEqual(await rig.numbers(), [1, 1]);
    assert.equal((await rig.rows('SELECT 1 FROM diaobjid_stems')).length, 1);
  });

  test('announces each stem', async () => {
    const subscription = await rig.bus.subscribe(routeOf('feature', 'r0b'));
    await consume(
      range(0, 4).map((n) => message(alertText(n))),
      { alerts: 2 },
    );
    const announced = [await subscription.next(100, never), await subscription.next(100, never)];
    assert.deepEqual(
      announced.map((delivery) => delivery?.subject),
      (await rig.stems()).map((stem) => `lvra.alerts.${stem}`),
    );
  });

  test('says what it did when the source has no more', async () => {
    await consume([message(alertText(0)), message('nonsense'), message(alertText(1))], { alerts: 2 });
    assert.match(
      rig.logText(),
      /"alerts":2,"batches":2,"quarantined":1.*there are no more alerts from the source replay/,
    );
  });

  test('counts what it consumed and logs a line for each stem', async () => {
    await consume([message(alertText(0)), message('nonsense')]);
    const metrics = await rig.metrics.registry.metrics();
    assert.match(metrics, /lvra_alerts_consumed_total\{source="replay"\} 1\n/);
    assert.match(metrics, new RegExp(`lvra_alert_bytes_total\\{source="replay"\\} ${alertText(0).length}\n`));
    assert.match(metrics, /lvra_quarantined_alerts_total\{stage="consumer",reason="not_json"\} 1\n/);
    assert.match(
      rig.logText(),
      new RegExp(`"stem":"${(await rig.stems())[0]}".*"alerts":1.*"quarantined":1.*batch registered`),
    );
  });

  test('counts from its start, so that a night without an alert shows', async () => {
    rig.consumer(noneSource());
    assert.match(await rig.metrics.registry.metrics(), /lvra_alerts_consumed_total\{source="none"\} 0\n/);
  });

  test('puts bad messages in quarantine with their bytes, and continues with the rest', async () => {
    const hostile: [string, Buffer][] = [
      ['not_json', Buffer.from('{"diaObjectId": 313637921267122191, "alert": {"dia')],
      ['not_utf8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
      ['no_dia_object_id', Buffer.from('{"objectId": "ZTF18abcdefg"}')],
      ['no_dia_object_id', Buffer.from('{"diaObjectId": "313637921267122191"}')],
      ['too_deep', Buffer.from(`{"diaObjectId": 1, "a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
      ['too_large', Buffer.from(alertText(7, 300_000))],
      ['not_json', Buffer.alloc(0)],
    ];
    const origin = { topic: 'lasair_18lvra-fodder', partition: 3, offset: 41n, from: 41n, key: null };
    const messages = [message(alertText(0)), ...hostile.map(([, bytes]) => message(bytes)), message(alertText(1))];
    messages[1] = message(hostile[0]?.[1] as Buffer, origin);
    await consume(messages, { messageBytes: 250_000 });
    assert.deepEqual(await rig.numbers(), [0, 1]);
    const entries = await rig.ledger.quarantine.list();
    assert.deepEqual(
      entries.map(({ reason }) => reason),
      hostile.map(([reason]) => reason),
    );
    for (const [index, { path, bytes, position }] of entries.entries()) {
      const expected = hostile[index]?.[1] as Buffer;
      assert.deepEqual(readFileSync(join(rig.paths.root, path)), expected);
      assert.deepEqual([bytes, position], [expected.length, index + 1]);
    }
    const [first] = entries;
    assert.deepEqual([first?.topic, first?.partition, first?.offset], ['lasair_18lvra-fodder', 3, 41n]);
  });

  test('a batch of bad messages alone has no file and no work for the stages, but its offsets count', async () => {
    const origin = { topic: 'lasair_18lvra-fodder', partition: 0, offset: 5n, from: 5n, key: null };
    await consume([message('nonsense', origin)]);
    assert.deepEqual(await rig.stems(), []);
    assert.deepEqual(await rig.rows('SELECT stem FROM feature_making'), []);
    assert.equal(existsSync(join(rig.paths.root, 'JSON')), false);
    assert.equal((await rig.ledger.batches.position('lvra', 'lasair_18lvra-fodder', 0))?.next, 6n);
    assert.equal((await rig.ledger.quarantine.list()).length, 1);
  });

  test('gets through a flood of bad messages', async () => {
    await consume(range(0, 1_000).map(() => message('nonsense')));
    assert.equal((await rig.ledger.quarantine.list()).length, 1_000);
  });

  test('two consumers in the same second never take the same stem', async () => {
    const other = await TestRig.create(rig);
    const feed = (first: number) => listSource(range(first, first + 20).map((n) => message(alertText(n))));
    await Promise.all([
      rig.consumer(feed(0), { alerts: 1 }).run(never),
      other.consumer(feed(20), { alerts: 1 }).run(never),
    ]);
    await other.ledger.close();
    assert.equal(new Set(await rig.stems()).size, 40);
    assert.deepEqual(
      (await rig.numbers()).sort((a, b) => a - b),
      range(0, 40),
    );
  });

  test('drops what another consumer has registered first, and registers the rest', async () => {
    const at = (partition: number, offset: number, from = offset) =>
      message(alertText(partition * 100 + offset), {
        topic: 'lasair_18lvra-fodder',
        ...{ partition, offset: BigInt(offset), from: BigInt(from), key: null },
      });
    await consume([at(0, 0), at(0, 1), at(1, 0)]);
    let taken = 0;
    const late: AlertSource = {
      ...listSource([at(0, 1), at(0, 2), message('nonsense'), at(1, 1)]),
      restart: () => {
        taken += 1;
      },
    };
    await rig.consumer(late).run(never);
    assert.deepEqual(await rig.numbers(), [0, 1, 100, 101]);
    assert.equal(taken, 1);
    assert.equal((await rig.ledger.batches.position('lvra', 'lasair_18lvra-fodder', 0))?.next, 2n);
    assert.equal((await rig.ledger.batches.position('lvra', 'lasair_18lvra-fodder', 1))?.next, 2n);
    assert.equal((await rig.ledger.quarantine.list()).length, 1);
    assert.deepEqual(await rig.ledger.batches.unregistered(Date.now() + 60_000), []);
  });

  test('the source none yields nothing', async () => {
    await rig.consumer(noneSource()).run(never);
    assert.deepEqual(await rig.stems(), []);
  });
});

describe('a consumer that cannot write', () => {
  let rig: TestRig;
  before(async () => {
    rig = await TestRig.create();
    // A file instead of the folder: every write fails, as on a full or a read-only disk.
    writeFileSync(join(rig.paths.root, 'JSON'), '');
  });
  after(() => rig.close());

  test('keeps the batch, logs it, pauses the source, and continues when it can', async () => {
    let added = 0;
    const source: AlertSource = {
      name: 'simulate',
      async run(sink) {
        for (const n of range(0, 9)) {
          const wait = sink.add(message(alertText(n)));
          added += 1;
          if (wait) await wait;
        }
      },
    };
    const consumer = rig.consumer(source, { alerts: 2 });
    const running = consumer.run(never);
    await until('it is not ready', () => consumer.notReady() !== undefined);
    assert.match(consumer.notReady() as string, /^consumer: a batch of 2 alerts cannot be written: /);
    await delay(50);
    assert.equal(added, 4);
    assert.match(rig.logText(), /stays in memory and is retried/);
    rmSync(join(rig.paths.root, 'JSON'));
    await running;
    assert.equal(consumer.notReady(), undefined);
    assert.deepEqual(await rig.numbers(), range(0, 9));
    assert.deepEqual(await rig.ledger.batches.unregistered(Date.now() + 60_000), []);
  });

  test('gives up after a while if it was told to, and names what was not written', async () => {
    const consumer = rig.consumer(listSource(range(0, 5).map((n) => message(alertText(n)))), { alerts: 2 });
    rmSync(join(rig.paths.root, 'JSON'), { recursive: true });
    writeFileSync(join(rig.paths.root, 'JSON'), '');
    const begun = performance.now();
    await assert.rejects(consumer.run(never, 1_500), /5 alerts were read but not written: .*start the source again/);
    const ms = performance.now() - begun;
    assert.ok(ms >= 1_500 && ms < 10_000, `took ${ms} ms`);
  });

  test('says what was not written if it has to stop meanwhile', async () => {
    rmSync(join(rig.paths.root, 'JSON'), { recursive: true });
    writeFileSync(join(rig.paths.root, 'JSON'), '');
    const stop = new AbortController();
    const consumer = rig.consumer(listSource([message(alertText(9))]));
    const running = consumer.run(stop.signal);
    await until('it is not ready', () => consumer.notReady() !== undefined);
    stop.abort();
    await assert.rejects(running, /1 alerts were read but not written: .*start the source again/);
  });

  test('is ready again also if others have registered the batch meanwhile', async () => {
    rmSync(join(rig.paths.root, 'JSON'), { recursive: true, force: true });
    writeFileSync(join(rig.paths.root, 'JSON'), '');
    const origin = { topic: 'lasair_18lvra-fodder', partition: 0, offset: 7n, from: 7n, key: null };
    const source: AlertSource = {
      name: 'kafka',
      async run(sink, signal) {
        await sink.add(message(alertText(0), origin));
        await sink.flush();
        await delay(60_000, undefined, { signal }).catch(() => undefined);
      },
    };
    const stop = new AbortController();
    const consumer = rig.consumer(source);
    const running = consumer.run(stop.signal);
    await until('it is not ready', () => consumer.notReady() !== undefined);
    const stem = await rig.ledger.batches.reserveStem('another', new Date());
    await rig.ledger.batches.register({
      ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: [], bytes: 0, receivedMs: new Float64Array() },
      ...{ groupId: 'lvra', quarantined: [], now: Date.now() },
      ranges: [{ topic: origin.topic, partition: 0, first: 7n, next: 8n, fingerprint: '' }],
    });
    rmSync(join(rig.paths.root, 'JSON'));
    await until('it is ready', () => consumer.notReady() === undefined);
    stop.abort();
    await running;
    assert.match(rig.logText(), /another consumer has recorded .* up to 8; those alerts are dropped here/);
  });
});

describe('a consumer whose registration fails without an answer', { concurrency: true }, () => {
  for (const isCommitted of [true, false]) {
    test(`takes each alert once if it was ${isCommitted ? 'committed' : 'not committed'}`, async (t) => {
      const rig = await TestRig.create();
      t.after(() => rig.close());
      const { batches } = rig.ledger;
      const tried: string[] = [];
      const register = t.mock.method(batches, 'register', async (record: BatchRecord) => {
        tried.push(record.stem);
        if (isCommitted) await BatchLedger.prototype.register.call(batches, record);
        register.mock.restore();
        throw new Error('the connection was lost');
      });
      const ask = t.mock.method(batches, 'abandonStem', async () => {
        ask.mock.restore();
        throw new Error('and it is lost still');
      });
      // Without offsets nothing but the name tells that the ledger has the batch already.
      await rig.consumer(listSource(range(0, 3).map((n) => message(alertText(n))))).run(never);
      assert.deepEqual(await rig.numbers(), [0, 1, 2]);
      assert.deepEqual(isCommitted, (await rig.stems()).includes(tried[0] as string));
      assert.deepEqual(
        readdirSync(dirname(rig.paths.batch(tried[0] as string))),
        (await rig.stems()).map((stem) => `${stem}.json`),
      );
      assert.match(await rig.metrics.registry.metrics(), /lvra_alerts_consumed_total\{source="replay"\} 3\n/);
    });
  }
});

test('a consumer that stops with a registration in doubt still writes the batch after it', async (t) => {
  const rig = await TestRig.create();
  t.after(() => rig.close());
  const { batches } = rig.ledger;
  const register = t.mock.method(batches, 'register', async (record: BatchRecord) => {
    register.mock.restore();
    await batches.register(record);
    throw new Error('the connection was lost');
  });
  const consumer = rig.consumer(listSource(range(0, 4).map((n) => message(alertText(n)))), { alerts: 2 });
  await assert.rejects(consumer.run(AbortSignal.abort()), /2 alerts were read but not written/);
  assert.deepEqual(await rig.numbers(), [0, 1, 2, 3]);
});

describe('a volume with less free than it must have', () => {
  let rig: TestRig;
  beforeEach(async () => {
    rig = await TestRig.create();
  });
  afterEach(() => rig.close());

  const without = (source: AlertSource) =>
    rig.consumer(source, { ageMs: 50 }, 'lvra', { leastFreeBytes: Number.MAX_SAFE_INTEGER });

  test('makes the source wait and the consumer not ready; what was read is registered', async () => {
    const stop = new AbortController();
    const consumer = without(listSource(range(0, 5).map((n) => message(alertText(n)))));
    const running = consumer.run(stop.signal);
    await until('the first is registered', async () => (await rig.numbers()).length > 0);
    await delay(100);
    assert.deepEqual(await rig.numbers(), [0]);
    assert.match(consumer.notReady() ?? '', /^consumer: the volume of .* is nearly full: /);
    stop.abort();
    await running;
  });

  test('ends a run that must end, with what was read registered', async () => {
    let read = 0;
    const endless: AlertSource = {
      name: 'simulate',
      async run(sink, signal) {
        while (!signal.aborted) await sink.add(message(alertText(read++)));
      },
    };
    await assert.rejects(without(endless).run(never, 300), /nearly full: .*given up: all that was read is registered/);
    assert.deepEqual(await rig.numbers(), range(0, read));
  });
});

describe('stems of killed consumers', () => {
  let rig: TestRig;
  before(async () => {
    rig = await TestRig.create();
  });
  after(() => rig.close());

  test('are given up and their files removed; young and registered ones stay', async () => {
    await rig.consumer(listSource([message(alertText(0))])).run(never);
    const [registered] = await rig.stems();
    const { batches } = rig.ledger;
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const killedAt = minutesAgo(20);
    const old = await batches.reserveStem('killed', killedAt);
    const young = await batches.reserveStem('busy', minutesAgo(2));
    const files = [
      rig.paths.batch(old),
      join(dirname(rig.paths.batch(old)), `.${old}.json.0a1b2c3d.tmp`),
      `${rig.paths.batch(old)}.0a1b2c3d.tmp`,
      rig.paths.quarantined(old, 'consumer', 4),
      rig.paths.batch(young),
    ];
    for (const file of files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '[');
    }
    await rig.consumer(noneSource()).run(never);
    assert.deepEqual(files.map(existsSync), [false, false, false, false, true]);
    assert.deepEqual(await batches.unregistered(Date.now()), [young]);
    assert.ok(existsSync(rig.paths.batch(registered as string)));
    assert.notEqual(await batches.reserveStem('next', killedAt), old);
  });

  for (const step of ['abandonStem', 'recordCleared'] as const) {
    for (const at of ['before', 'after'] as const) {
      test(`that were killed ${at} ${step} leave no file after the next look`, async (t) => {
        const { batches } = rig.ledger;
        const another = await TestRig.create(rig);
        t.after(() => another.ledger.close());
        const stem = await batches.reserveStem('killed', new Date(Date.now() - 20 * 60_000));
        mkdirSync(dirname(rig.paths.batch(stem)), { recursive: true });
        writeFileSync(rig.paths.batch(stem), '[');
        t.mock.method(batches, step, (...args: [string, number]) => {
          if (at === 'after')
            (BatchLedger.prototype[step] as (...args: [string, number]) => unknown).apply(batches, args);
          throw new Error('killed');
        });
        await assert.rejects(() => abandon(batches, rig.folder, stem), /killed/);
        const wasRemoved = step === 'recordCleared';
        assert.equal(existsSync(rig.paths.batch(stem)), !wasRemoved);
        await clearOrphans(another.ledger.batches, rig.folder, rig.log);
        assert.ok(!existsSync(rig.paths.batch(stem)));
        assert.ok(!(await another.ledger.batches.unregistered(Date.now())).includes(stem));
      });
    }
  }

  test('a name is the UTC second in which the batch closed', async () => {
    const begun = stemOf(new Date());
    await rig.consumer(listSource([message(alertText(1))])).run(never);
    const [, stem] = await rig.stems();
    assert.ok(stem && stem >= begun && stem <= stemOf(new Date(Date.now() + 2_000)));
    const folder = dirname(rig.paths.batch(stem));
    assert.ok(readdirSync(folder).includes(`${stem}.json`));
  });
});
