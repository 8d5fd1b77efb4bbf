import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DiskSpaceMonitor } from './disk-space-monitor.js';
import { TestRig } from './testing/rig.js';

const MIB = 1024 ** 2;

describe('a volume that is watched', () => {
  let rig: TestRig;
  let free: number | Error;
  let room: DiskSpaceMonitor;
  before(async () => {
    rig = await TestRig.create();
  });
  after(() => rig.close());
  beforeEach(() => {
    free = 500 * MIB;
    const freeBytes = async () => {
      if (typeof free !== 'number') throw free;
      return free;
    };
    const { metrics, log } = rig;
    room = new DiskSpaceMonitor({
      folder: '/data',
      leastFreeBytes: 100 * MIB,
      metrics,
      log,
      freeBytes,
      checkEveryMs: 5,
    });
  });

  const lookAt = async (bytes: number | Error) => {
    free = bytes;
    await room.check();
    const wait = room.wait();
    return wait !== undefined;
  };

  test('pauses below the limit, and resumes only with a quarter more', async () => {
    const held = [];
    for (const mib of [101, 99, 101, 124, 125, 101, 99]) held.push(await lookAt(mib * MIB));
    assert.deepEqual(held, [false, true, true, true, false, false, true]);
  });

  test('says how much is free and how much is wanted', async () => {
    await lookAt(99 * MIB);
    assert.match(room.problem() ?? '', /^the volume of \/data is nearly full: 99 MiB are free, .* room for 125 MiB$/);
    const text = await rig.metrics.registry.metrics();
    assert.match(text, /^lvra_consumer_paused 1$/m);
    await lookAt(200 * MIB);
    assert.equal(room.problem(), undefined);
    assert.match(await rig.metrics.registry.metrics(), /^lvra_consumer_paused 0$/m);
  });

  test('pauses if the volume does not answer', async () => {
    assert.equal(await lookAt(new Error('no such device')), true);
    assert.match(room.problem() ?? '', /no such device/);
    assert.equal(await lookAt(500 * MIB), false);
  });

  test('that answers again needs no more than the limit, unless it was short before', async () => {
    const held = [];
    for (const each of [new Error('gone'), 101 * MIB, 99 * MIB, new Error('gone'), 101 * MIB]) {
      held.push(await lookAt(each));
    }
    assert.deepEqual(held, [true, false, true, true, true]);
  });

  test('waiters continue when there is space, and when watching ends', async () => {
    const stop = new AbortController();
    const watching = room.watch(stop.signal);
    const waitFor = async (bytes: number) => {
      free = bytes;
      await delay(50);
    };
    await waitFor(1 * MIB);
    let wentOn = false;
    const waiting = room.wait()?.then(() => {
      wentOn = true;
    });
    await waitFor(2 * MIB);
    assert.equal(wentOn, false);
    await waitFor(500 * MIB);
    assert.equal(wentOn, true);
    await waiting;
    await waitFor(1 * MIB);
    const left = room.wait();
    assert.ok(left);
    stop.abort();
    await Promise.all([watching, left]);
  });
});

test('the volume itself is asked', async () => {
  const rig = await TestRig.create();
  const { metrics, log, paths } = rig;
  const room = new DiskSpaceMonitor({ folder: paths.root, leastFreeBytes: Number.MAX_SAFE_INTEGER, metrics, log });
  await room.check();
  assert.match(room.problem() ?? '', /is nearly full: \d+ MiB are free/);
  await rig.close();
  await room.check();
  assert.match(room.problem() ?? '', /cannot read how much of the volume of .* is free: ENOENT/);
});
