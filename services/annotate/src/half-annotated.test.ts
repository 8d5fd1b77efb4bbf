import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { execute } from '@lvra/ledger/testing/look-inside';
import { FIRST_STEM, Night, SECOND_STEM, scoresOf } from './testing/night.js';

/** Marks a stem as the Python annotator does. */
async function markAsPython(night: Night, stem: string, status: number): Promise<void> {
  await execute(night.ledger, 'UPDATE annotating SET r0b = ? WHERE stem = ?', status, stem);
}

const pending = (night: Night) => night.ledger.work('annotate', 'r0b').pending(Date.now(), 30_000);

describe('a stem that the Python pipeline left at', () => {
  for (const status of [-1, 42]) {
    test(`${status} is pending, and its rows are sent`, async (context) => {
      const night = await Night.start(context);
      await night.addStem(FIRST_STEM, scoresOf(3), 'python');
      await markAsPython(night, FIRST_STEM, status);
      const task = night.task();
      await task.prepare?.();
      assert.deepEqual(await pending(night), [FIRST_STEM]);
      assert.deepEqual(await night.annotate(FIRST_STEM, task), { status: 1, rows: 3 });
      assert.deepEqual(await night.outcomes(FIRST_STEM), ['accepted', 'accepted', 'accepted']);
    });
  }

  test('-1 does not put its older scores over newer ones that Lasair has', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, scoresOf(3, 0), 'python');
    await markAsPython(night, FIRST_STEM, -1);
    await night.addStem(SECOND_STEM, scoresOf(2, 1));
    await night.annotate(SECOND_STEM);
    await night.annotate(FIRST_STEM);
    assert.deepEqual(await night.outcomes(FIRST_STEM), ['superseded', 'superseded', 'accepted']);
    assert.deepEqual(
      [0, 1, 2].map((object) => night.heldSource(object)),
      [1, 1, 0],
    );
  });

  test('-1 is sent once: at the next start nothing is pending, also if one row was refused', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, [...scoresOf(2), { object: 2, source: 0, version: "a'1" }], 'python');
    await markAsPython(night, FIRST_STEM, -1);
    assert.deepEqual(await night.annotate(FIRST_STEM), { status: -1, rows: 2 });
    const calls = night.sandbox.received.length;
    await night.task({ owner: 'the next' }).prepare?.();
    assert.deepEqual(await pending(night), []);
    assert.equal(night.sandbox.received.length, calls);
  });

  test('-1 without any score of this VRA stays as it is', async (context) => {
    const night = await Night.start(context);
    await night.addStem(FIRST_STEM, [], 'python');
    await markAsPython(night, FIRST_STEM, -1);
    await night.task().prepare?.();
    assert.equal(await night.status(FIRST_STEM), -1);
  });
});
