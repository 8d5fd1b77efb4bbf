import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { DataFolder } from '@lvra/runtime';
import { alertText, listSource, message, TestRig, until } from '../testing/rig.js';

/** A consumer of one alert on a folder that other hosts share; without its mark the folder is an empty mount point. */
async function sharing(t: TestContext) {
  const rig = await TestRig.create();
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  t.after(async () => {
    stop.abort();
    // A test that failed leaves it with a batch that it cannot write.
    await running?.catch(() => undefined);
    await rig.close();
  });
  const { paths, ledger } = rig;
  const folder = await DataFolder.open(paths, ledger, { mayMark: true, isShared: true });
  const consumer = rig.consumer(listSource([message(alertText(7))]), {}, 'lvra', { folder });
  const run = () => {
    running = consumer.run(stop.signal);
    return running;
  };
  return {
    ...{ rig, folder, consumer, run },
    unmount: () => renameSync(paths.mark, `${paths.mark}.away`),
    mount: () => renameSync(`${paths.mark}.away`, paths.mark),
  };
}

describe('while the volume of the data folder is not mounted', { concurrency: true }, () => {
  test('a batch stays in memory, and nothing is written', async (t) => {
    const { rig, consumer, run, unmount, mount } = await sharing(t);
    unmount();
    const running = run();
    await until('it is not ready', () => /is the volume of the data folder mounted/.test(consumer.notReady() ?? ''));
    assert.equal(existsSync(join(rig.paths.root, 'JSON')), false);
    assert.deepEqual(await rig.rows('SELECT stem FROM batch'), []);
    mount();
    await running;
    assert.deepEqual(await rig.numbers(), [7]);
  });

  test('what was written just then is not registered', async (t) => {
    const { rig, folder, consumer, run, unmount, mount } = await sharing(t);
    let looks = 0;
    t.mock.method(folder, 'assertInPlace', async () => {
      if (++looks === 2) unmount();
      await DataFolder.prototype.assertInPlace.call(folder);
    });
    const running = run();
    await until('it is not ready', () => consumer.notReady() !== undefined);
    assert.deepEqual(await rig.stems(), []);
    mount();
    await running;
    assert.deepEqual(await rig.numbers(), [7]);
  });
});
