import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { RetryLater, STATUS, StageMisconfigured, StagePaused, StemFailed } from '@lvra/core';
import { execute, rowIn, valueIn } from '@lvra/ledger/testing/look-inside';
import { StageWorld, until } from '../testing/stage-world.js';
import { MOST_ATTEMPTS } from './backoff.js';

const [A, B] = ['20260301_000001', '20260301_000002'] as const;

interface WorkRow {
  attempts: bigint;
  next_attempt: bigint;
  error: string;
  dead_at: bigint | null;
  owner: string | null;
}

async function workRow(world: StageWorld): Promise<WorkRow | undefined> {
  return rowIn<WorkRow>(world.ledger, 'SELECT * FROM work WHERE stem = ?', A);
}

describe('a task that throws', () => {
  test('StemFailed: status, reason and waiting time are recorded, the other stems are done', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    world.start(
      world.runner((stem, context) =>
        stem === A
          ? Promise.reject(new StemFailed(STATUS.inputNotFound, 'the batch file is missing'))
          : world.record(stem, context),
      ),
    );
    await until('the second is done', async () => (await world.work.status(B)) === 1);
    assert.equal(await world.work.status(A), 21);
    const waitMs = Number((await workRow(world))?.next_attempt) - Date.now();
    assert.ok(waitMs > 3_000 && waitMs <= 10_000, `${waitMs} ms`);
    assert.deepEqual(
      [(await workRow(world))?.error, (await workRow(world))?.attempts, (await workRow(world))?.owner],
      ['the batch file is missing', 1n, null],
    );
    assert.deepEqual(
      (await world.ledger.events.ofStem(A)).map(({ status, detail }) => [status, detail]),
      [[21, 'the batch file is missing']],
    );
    assert.match(
      await world.metrics.registry.metrics(),
      /lvra_stems_total\{stage="feature",vra="r0b",outcome="failed",of="night"\} 1/,
    );
  });

  test('anything else: status 99 and the whole error in the log', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    world.start(world.runner(() => Promise.reject(new TypeError('x is undefined'))));
    await until('the stem has failed', async () => (await world.work.status(A)) === 99);
    const line = world.logged.find(({ level }) => level === 'error') as unknown as {
      err: { stack: string };
      stem: string;
    };
    assert.match(line.err.stack, /TypeError: x is undefined\n\s+at /);
    assert.equal(line.stem, A);
  });

  test('a file that another host replaces meanwhile: the stem is done again, and no attempt is counted', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const attempts: number[] = [];
    world.start(
      world.runner(async (stem, context) => {
        attempts.push(context.attempt);
        if (attempts.length > 1) return world.record(stem, context);
        const stale = Object.assign(new Error('ESTALE: stale file handle, read'), { code: 'ESTALE', syscall: 'read' });
        throw new StemFailed(STATUS.unexpectedInputType, `a.csv cannot be read: ${stale.message}`, { cause: stale });
      }),
    );
    await until('it is done', async () => (await world.work.status(A)) === 1);
    assert.deepEqual(attempts, [1, 1]);
  });

  test('a full disk: the stem waits, keeps its status, and no attempt is counted', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    // The kernel's own full disk.
    world.start(
      world.runner(async (stem, context) => {
        writeFileSync('/dev/full', 'a feature file');
        return world.record(stem, context);
      }),
    );
    await until('the stem is requeued', async () => (await workRow(world))?.error != null);
    assert.match(String((await workRow(world))?.error), /ENOSPC.*make room/);
    assert.deepEqual(
      [(await workRow(world))?.attempts, (await workRow(world))?.dead_at, await world.work.status(A)],
      [0n, null, 0],
    );
  });

  test('RetryLater: the stem comes again after the delay, and no attempt is counted', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    const attempts: number[] = [];
    world.start(
      world.runner(
        (stem, context) => {
          attempts.push(context.attempt);
          return attempts.length < 3
            ? Promise.reject(new RetryLater(60, 'another replica has the object'))
            : world.record(stem, context);
        },
        { sweepMs: 20 },
      ),
    );
    await until('the stem is done', async () => (await world.work.status(A)) === 1);
    assert.deepEqual(attempts, [1, 1, 1]);
    assert.equal((await world.ledger.events.ofStem(A)).length, 1);
  });

  test('RetryLater with a wait beyond an hour: it waits an hour, and is not taken again at once', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    world.start(world.runner(() => Promise.reject(new RetryLater(86_400_000, 'tomorrow')), { sweepMs: 30 }));
    await until('it was requeued', async () => (await workRow(world))?.error === 'tomorrow');
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual(world.performed, [A]);
  });

  test('StagePaused: the stem shows the status, every replica waits, and all resume by themselves', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    let refused = false;
    const runner = world.runner(
      (stem, context) => {
        if (refused) return world.record(stem, context);
        refused = true;
        return Promise.reject(new StagePaused(300, STATUS.lasairRefused, 'Lasair refuses the token'));
      },
      { sweepMs: 20 },
    );
    world.start(runner);
    await until('the stage is paused', async () => (await world.work.status(A)) === 40);
    assert.match(runner.notReady() ?? '', /feature-r0b: paused until \S+Z: Lasair refuses the token/);
    const reason = await valueIn(world.ledger, 'SELECT reason FROM stage_pause');
    assert.equal(reason, 'Lasair refuses the token');
    assert.equal(await world.work.status(B), 0);
    await until(
      'both are done',
      async () => (await world.work.status(A)) === 1 && (await world.work.status(B)) === 1,
      3_000,
    );
    assert.deepEqual(world.performed, [A, A, B]);
    assert.equal(world.logged.filter(({ level }) => level === 'error').length, 1);
  });

  test('StageMisconfigured: the stem is as it was, the others show the status, and it is not tried over and over', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    const attempts: number[] = [];
    const runner = world.runner(
      () => {
        attempts.push(performance.now());
        return Promise.reject(new StageMisconfigured(STATUS.noLasairClient, 'no such annotator: make it'));
      },
      { sweepMs: 10 },
    );
    world.start(runner);
    await until('both show it', async () => (await world.work.status(A)) === 41 && (await world.work.status(B)) === 41);
    assert.equal(runner.notReady(), 'feature-r0b: no such annotator: make it');
    await until('it is tried again later', () => attempts.length === 2);
    const [first = 0, second = 0] = attempts;
    assert.ok(second - first >= 145, `${second - first} ms`);
    assert.deepEqual(await world.ledger.events.ofStem(A), []);
  });
});

describe('a stem', () => {
  const use = (world: StageWorld, attempts: number) =>
    execute(world.ledger, "INSERT INTO work (stage, vra, stem, attempts) VALUES ('feature', 'r0b', ?, ?)", A, attempts);

  test('that fails for the last time is dead: announced, listed, and left alone until an operator acts', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    await use(world, MOST_ATTEMPTS - 1);
    world.start(world.runner(() => Promise.reject(new StemFailed(STATUS.keyMissing, 'no key')), { sweepMs: 20 }));
    await until('it is dead', () => world.published.length === 1);
    assert.equal(world.published[0]?.subject, `lvra.dead.feature.r0b.${A}`);
    assert.deepEqual(
      (await world.work.deadLetters()).map(({ stem, attempts, error }) => [stem, attempts, error]),
      [[A, MOST_ATTEMPTS, 'no key']],
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(world.performed.length, 1);
    assert.match(
      world.logged.findLast(({ level }) => level === 'error')?.msg ?? '',
      new RegExp(`given up after 10 attempts.*lvra retry ${A}`),
    );
    await world.work.retry(A, false);
    await until('it is tried again', () => world.performed.length === 2);
    assert.equal((await workRow(world))?.dead_at, null);
  });

  test('that killed the process ten times is dead without another attempt', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    await use(world, MOST_ATTEMPTS);
    world.start(world.runner(world.record));
    await until('the other is done', async () => (await world.work.status(B)) === 1);
    assert.deepEqual(world.performed, [B]);
    assert.equal(await world.work.status(A), 99);
    assert.match((await world.work.deadLetters())[0]?.error ?? '', /10 attempts ended without a result/);
  });

  test('that another process finished first is neither announced nor counted', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A, B);
    world.start(
      world.runner(async (stem, context) => {
        if (stem === A) await execute(world.ledger, 'UPDATE feature_making SET r0b = -1 WHERE stem = ?', A);
        return world.record(stem, context);
      }),
    );
    await until('the other is done', async () => (await world.work.status(B)) === 1);
    assert.deepEqual(
      world.published.map(({ message }) => message.stem),
      [B],
    );
    assert.equal(await world.work.status(A), -1);
  });

  test('whose claim was lost in a long stop does not get the failure of its old holder', async (t) => {
    const world = await StageWorld.create(t);
    await world.add(A);
    world.start(
      world.runner(async (stem) => {
        await execute(world.ledger, "UPDATE work SET owner = 'another' WHERE stem = ?", stem);
        return Promise.reject(new StemFailed(STATUS.keyMissing, 'no key'));
      }),
    );
    await until('it was tried', () => world.logged.some(({ level }) => level === 'error'));
    assert.equal(await world.work.status(A), 0);
    assert.equal((await workRow(world))?.owner, 'another');
  });
});
