import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { execute } from '@lvra/ledger/testing/look-inside';
import { ALL_NIGHTS, ScoredNights } from './testing/scored-nights.js';

/** Three stems of ten alerts, for tests to copy. */
const SCORED = ScoredNights.empty({ after }).then((nights) => nights.simulate(30, 10));

const scoresOf = (nights: ScoredNights, vra: string) =>
  nights.rows(`SELECT stem, diaSourceId, model_version, score FROM provenance WHERE model_name = '${vra}' ORDER BY ID`);
const statuses = (nights: ScoredNights) =>
  nights.rows(`SELECT f.stem, f.r0b, p.r0b, a.r0b FROM feature_making f
    JOIN predict p USING (stem) JOIN annotating a USING (stem) ORDER BY 1`);

/** Asks for a backfill, does it, and has all of it verified. @returns what was said of it */
async function backfilled(nights: ScoredNights, vra: string, ...options: string[]): Promise<string> {
  const ran = [await nights.backfill(vra, ...options), await nights.workOff(), await nights.run(['verify'])];
  for (const { code, stdout, stderr } of ran) assert.equal(code, 0, stdout + stderr);
  return ran[0]?.stdout ?? '';
}

describe('lvra backfill of a VRA that does not annotate', () => {
  test('has the nights of before scored, once, and nothing of it reaches Lasair', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [before, ofR0b] = [await statuses(nights), await scoresOf(nights, 'r0b')];
    const calls = nights.sandbox.received.length;
    nights.addShadow('demo');
    const said = await backfilled(nights, 'r0b_next');
    assert.match(said, /^3 stems to be done by r0b_next, behind those of the night\.\nHow far it is: lvra status\./);
    // The model is that of r0b under another name, and so are the scores.
    const scored = (rows: unknown[][]) => rows.map(([stem, source, , score]) => [stem, source, score]);
    assert.deepEqual(scored(await scoresOf(nights, 'r0b_next')), scored(ofR0b));
    assert.deepEqual(await scoresOf(nights, 'r0b'), ofR0b);
    assert.deepEqual(await statuses(nights), before);
    assert.equal(nights.sandbox.received.length, calls);
    assert.deepEqual(await nights.rows('SELECT r0b_next FROM annotating'), [[null], [null], [null]]);
    const again = await nights.backfill('r0b_next');
    assert.match(again.stdout, /^0 stems to be done.*\n3 stems left out: scored by version b1 already\.$/m);
  });

  test('counts what has no files any more, and leaves to the services what is theirs', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [gone, kept, pending] = (await nights.stems()) as [string, string, string];
    nights.addShadow();
    for (const path of [nights.paths.batch(gone), nights.paths.features(gone)]) rmSync(path);
    // The features are enough.
    rmSync(nights.paths.batch(kept));
    await nights.look((ledger) => execute(ledger, 'UPDATE predict SET r0b_next = 0 WHERE stem = ?', pending));
    const { stdout } = await nights.backfill('r0b_next');
    assert.match(stdout, /^1 stem to be done by r0b_next/);
    assert.match(stdout, /^1 stem left out: not done yet, the services will do them\.$/m);
    assert.match(stdout, /^1 stem left out: without files, `lvra prune` removed them\.$/m);
    await nights.look((ledger) => execute(ledger, 'UPDATE predict SET r0b_next = NULL'));
    const ran = await nights.workOff();
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.deepEqual(new Set((await scoresOf(nights, 'r0b_next')).map(([stem]) => stem)), new Set([kept]));
  });

  test('shows how far it is, and takes back what is not done', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [, broken] = (await nights.stems()) as [string, string, string];
    nights.addShadow();
    await nights.backfill('r0b_next');
    for (const path of [nights.paths.batch(broken), nights.paths.features(broken)]) rmSync(path);
    const ran = await nights.workOff();
    assert.equal(ran.code, 1);
    const shown = await nights.run(['status']);
    assert.match(shown.stdout, /^backfill of r0b_next: 2 of 3 stems done, 1 at feature$/m);
    const cancelled = await nights.run(['backfill', '--cancel']);
    assert.match(cancelled.stdout, /^taken back of r0b_next: 1 stem$/m);
    assert.doesNotMatch((await nights.run(['status'])).stdout, /backfill/);
    assert.deepEqual(await nights.rows(`SELECT r0b_next FROM feature_making WHERE stem = '${broken}'`), [[null]]);
    assert.match((await nights.run(['backfill', '--cancel'])).stdout, /^There is nothing to take back\.$/m);
  });
});

describe('lvra backfill of a VRA that annotates', () => {
  test('lets Lasair have scores of a new version only where it is told to, once', async (t) => {
    const nights = await (await SCORED).copy(t);
    const scores = (await scoresOf(nights, 'r0b')).length;
    const calls = nights.sandbox.received.length;
    const refused = await nights.backfill('r0b');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^lvra: r0b annotates, so Lasair would have its scores: write --annotate/m);
    const same = await nights.backfill('r0b', '--annotate');
    assert.match(same.stdout, /^3 stems left out: scored by version a1 already\.$/m);

    nights.configure('a2');
    await backfilled(nights, 'r0b', '--annotate');
    assert.equal((await scoresOf(nights, 'r0b')).length, 2 * scores);
    const versions = [...nights.sandbox.annotations.values()].map(({ version }) => version);
    assert.deepEqual([...new Set(versions)], ['a2']);
    const sent = nights.sandbox.received.slice(calls).flatMap(({ annotations = [] }) => annotations);
    assert.equal(sent.length, nights.sandbox.annotations.size, 'each object once');
  });

  test('--stage annotate sends the newest scores again, as the settings are now', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.configure('a1', { HISTORY: '3' });
    const before = [
      await statuses(nights),
      await nights.rows('SELECT * FROM annotation_outcome ORDER BY provenance_ID'),
    ];
    await backfilled(nights, 'r0b', '--stage', 'annotate');
    const held = [...nights.sandbox.annotations.values()];
    assert.ok(held.length > 0 && held.every(({ classdict }) => JSON.parse(classdict).history.length > 0));
    assert.deepEqual(
      [await statuses(nights), await nights.rows('SELECT * FROM annotation_outcome ORDER BY provenance_ID')],
      before,
    );
  });

  test('--stage feature makes the feature files again, and keeps the rows', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [gone, spoilt, ...more] = (await nights.stems()) as [string, string, string];
    rmSync(nights.paths.batch(gone));
    const made = readFileSync(nights.paths.features(spoilt), 'utf8');
    writeFileSync(nights.paths.features(spoilt), 'spoilt');
    const flags = await nights.rows('SELECT * FROM threshold_flags_provenance ORDER BY ID');
    const range = ['--from', spoilt, '--to', more.at(-1) as string];
    const asked = await nights.run(['backfill', '--vra', 'r0b', '--stage', 'feature', ...range]);
    assert.match(asked.stdout, /^2 stems to be done by r0b/);
    const all = await nights.run(['backfill', '--vra', 'r0b', '--stage', 'feature', ...ALL_NIGHTS]);
    assert.match(all.stdout, /^0 stems to be done.*\n2 stems to be done already\.\n1 stem left out: without files/m);
    const ran = await nights.workOff();
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.equal(readFileSync(nights.paths.features(spoilt), 'utf8'), made);
    assert.deepEqual(await nights.rows('SELECT * FROM threshold_flags_provenance ORDER BY ID'), flags);
    const refused = await nights.run(['backfill', '--vra', 'r0b', '--stage', 'feature', '--annotate', ...range]);
    assert.match(refused.stderr, /--annotate goes with --stage predict/);
  });
});
