import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { RetryLater } from '@lvra/shared/errors';
import { ObjectVerification } from '@lvra/shared/ledger/verify-objects';
import { secretOf } from '@lvra/shared/settings/secrets';
import type { AnnotateOptions } from './annotate-stage.js';
import { FIRST_STEM, Night, objectId, SECOND_STEM, scoresOf, TOKEN } from './testing/night.js';

/** An address at which nobody listens. */
async function nobody(): Promise<AnnotateOptions['lasair']> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return {
    endpoint: `http://127.0.0.1:${port}/api`,
    token: secretOf('LASAIR_LSST_TOKEN', () => TOKEN),
    tokenVariable: 'LASAIR_LSST_TOKEN',
  };
}

/** The same sources in two stems: scored by a1 in the first, by a2 in the second. And annotating by either version. */
async function scoredTwice(context: TestContext) {
  const night = await Night.start(context);
  const down = await nobody();
  night.addStem(FIRST_STEM, scoresOf(3));
  night.addStem(
    SECOND_STEM,
    scoresOf(3).map((score) => ({ ...score, version: 'a2', score: 0.25 })),
  );
  const by = (version: string, change: Partial<AnnotateOptions> = {}) =>
    night.task({ live: () => ({ version, annotate: true }), ...change });
  const pending = () => night.ledger.work('annotate', 'r0b').pending(Date.now() + 120_000, 30_000);
  /** Annotates what is pending until nothing is. */
  const annotateAll = async (version: string) => {
    for (let stem = pending()[0]; stem; stem = pending()[0]) await night.annotate(stem, by(version));
  };
  const heldVersions = () => [0, 1, 2].map((object) => night.held(object)?.version);
  /** Objects of which verify would say that the wrong score stands. */
  const wrong = (version: string) => {
    const verification = new ObjectVerification(night.ledger.database);
    return [0, 1, 2].filter((object) => {
      const facts = verification.facts(objectId(object), 'r0b', version, Date.now());
      return facts?.newest.outcome !== 'accepted' || facts.newest.id !== facts.acceptedId;
    });
  };
  return { night, down, by, pending, annotateAll, heldVersions, wrong };
}

describe('a version that comes and goes while Lasair is down', () => {
  test('leaves each object with one annotation, that of the version in force', async (context) => {
    const { night, down, by, pending, annotateAll, heldVersions, wrong } = await scoredTwice(context);
    await assert.rejects(night.annotate(FIRST_STEM, by('a1', { lasair: down })), RetryLater);
    assert.deepEqual(await night.annotate(FIRST_STEM, by('a2', { lasair: down })), { status: 1, rows: 0 });
    await assert.rejects(night.annotate(SECOND_STEM, by('a2', { lasair: down })), RetryLater);
    assert.deepEqual(await night.annotate(SECOND_STEM, by('a1', { lasair: down })), { status: 1, rows: 0 });
    assert.deepEqual(pending(), [FIRST_STEM]);
    await annotateAll('a1');
    assert.deepEqual(heldVersions(), ['a1', 'a1', 'a1']);
    assert.deepEqual(
      night.sandbox.received.map(({ items }) => items),
      [3],
    );
    assert.deepEqual(wrong('a1'), []);
  });

  test('and goes again, and comes, leaves each object with one annotation all the same', async (context) => {
    const { night, down, by, annotateAll, heldVersions, wrong } = await scoredTwice(context);
    for (const version of ['a2', 'a1', 'a2', 'a1', 'a2']) {
      for (const stem of [FIRST_STEM, SECOND_STEM]) {
        if (night.status(stem) === 1) continue;
        await night.annotate(stem, by(version, { lasair: down })).catch((error) => {
          assert.ok(error instanceof RetryLater);
        });
      }
    }
    await annotateAll('a2');
    assert.deepEqual(heldVersions(), ['a2', 'a2', 'a2']);
    assert.equal(night.sandbox.received.length, 1);
    assert.deepEqual(wrong('a2'), []);
  });

  test('has nothing sent again that Lasair took before it went down', async (context) => {
    const { night, down, by, annotateAll, heldVersions, wrong } = await scoredTwice(context);
    night.claimElsewhere(SECOND_STEM);
    await night.annotate(FIRST_STEM, by('a1'));
    await assert.rejects(night.annotate(SECOND_STEM, by('a2', { lasair: down })), RetryLater);
    await annotateAll('a1');
    assert.deepEqual(heldVersions(), ['a1', 'a1', 'a1']);
    assert.equal(night.sandbox.received.length, 1);
    assert.deepEqual([wrong('a1'), wrong('a2')], [[], []]);
  });

  test('does not put its source over a newer one', async (context) => {
    const { night, down, by, annotateAll, wrong } = await scoredTwice(context);
    await night.annotate(FIRST_STEM, by('a2', { lasair: down }));
    const newer = '20260202_102508';
    night.addStem(newer, scoresOf(2, 1));
    await night.annotate(newer, by('a1'));
    await annotateAll('a1');
    assert.deepEqual(
      [0, 1, 2].map((object) => night.heldSource(object)),
      [1, 1, 0],
    );
    assert.deepEqual(
      night.sandbox.received.map(({ items }) => items),
      [2, 1],
    );
    assert.deepEqual(wrong('a1'), []);
  });
});
