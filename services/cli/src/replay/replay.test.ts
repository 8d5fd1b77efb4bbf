import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { takeLocks } from '@lvra/shared/service/locks';
import { until } from '@lvra/shared/testing/stage-world';
import { LVRA } from '../testing/run-lvra.js';
import { ALL_NIGHTS, ScoredNights } from '../testing/scored-nights.js';

/** Three stems of ten alerts, for tests to copy. */
const SCORED = ScoredNights.empty({ after }).then((nights) => nights.simulate(30, 10));

const PROVENANCE = 'SELECT * FROM provenance ORDER BY ID';
const STATUSES = `SELECT f.stem, f.r0b, p.r0b, a.r0b FROM feature_making f
  JOIN predict p USING (stem) JOIN annotating a USING (stem) ORDER BY 1`;
const REPLAYED =
  'SELECT s.model_version, count(*) FROM replayed_score JOIN replayed_stem s ON s.ID = stem_ID GROUP BY 1';

describe('lvra replay --stage predict', () => {
  test('with the version in force compares the scores with those recorded, and writes none', async (t) => {
    const nights = await (await SCORED).copy(t);
    const before = nights.rows(PROVENANCE);
    const statuses = nights.rows(STATUSES);
    const { code, stdout, stderr } = await nights.replay('predict');
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^predict r0b a1: 3 stems, ${before.length} scores, `, 'm'));
    assert.match(stdout, new RegExp(`^${before.length} of the scores are recorded already.*difference is 0\\.$`, 'm'));
    assert.deepEqual(nights.rows(PROVENANCE), before);
    assert.deepEqual(nights.rows(STATUSES), statuses);
    assert.deepEqual(nights.rows(REPLAYED), []);

    // A score that another model must have given.
    nights.look(({ database }) => database.prepare('UPDATE provenance SET score = score / 2 + 2 WHERE ID = 3').run());
    const { stdout: differing } = await nights.replay('predict');
    const greatest = Number(/greatest difference is ([0-9.]+)\.$/m.exec(differing)?.[1]);
    assert.ok(greatest >= 1 && greatest <= 2.5, differing);
  });

  test('with another version keeps the scores apart, and nothing of them is annotated', async (t) => {
    const nights = await (await SCORED).copy(t);
    const before = nights.rows(PROVENANCE);
    const calls = nights.sandbox.received.length;
    const { code, stdout, stderr } = await nights.replay('predict', '--model', 'a2');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Kept apart from the VRA's own scores: lvra model compare r0b <version> a2$/m);
    assert.deepEqual(nights.rows(PROVENANCE), before);
    assert.deepEqual(nights.rows(REPLAYED), [['a2', BigInt(before.length)]]);
    const [[object] = []] = nights.rows('SELECT diaObjectId FROM replayed_score LIMIT 1');
    const shown = await nights.run(['object', String(object)]);
    assert.match(
      shown.stdout,
      /^replayed diaSourceId +VRA +version +score +stem +replayed \(UTC\)\n\d{18} +r0b +a2 +[01]\./m,
    );
    await nights.replay('predict', '--model', 'a2');
    assert.deepEqual(nights.rows(REPLAYED), [['a2', BigInt(before.length)]], 'a second replay doubles none');
    assert.equal((await nights.run(['run', '--once', '--source', 'none'])).code, 0);
    assert.equal(nights.sandbox.received.length, calls);
  });

  test('with --annotate makes the scores of a new version the VRA’s own, and Lasair gets them once', async (t) => {
    const nights = await (await SCORED).copy(t);
    const scores = nights.rows(PROVENANCE).length;
    const notYet = await nights.replay('predict', '--model', 'a2', '--annotate');
    assert.equal(notYet.code, 2);
    assert.match(notYet.stderr, /r0b scores with version a1: .*`lvra model use r0b a2` comes first/);

    nights.configure('a2');
    const { code, stdout, stderr } = await nights.replay('predict', '--annotate');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^The services annotate them within a minute/m);
    assert.equal(nights.rows(PROVENANCE).length, 2 * scores);
    const ran = await nights.run(['run', '--once', '--source', 'none']);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const versions = new Set([...nights.sandbox.annotations.values()].map(({ version }) => version));
    assert.deepEqual([...versions], ['a2']);
    assert.match((await nights.replay('predict', '--annotate')).stdout, /3 stems, 0 scores/);
    assert.equal(nights.rows(PROVENANCE).length, 2 * scores);
  });

  test('counts the stems whose feature file is gone, leaves to the stages what is theirs, and goes on', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [gone, pending] = nights.stems() as [string, string, string];
    rmSync(nights.paths.features(gone));
    nights.look(({ database }) => database.prepare('UPDATE feature_making SET r0b = 0 WHERE stem = ?').run(pending));
    const { code, stdout } = await nights.replay('predict', '--model', 'a2');
    assert.equal(code, 0);
    assert.match(stdout, /^not through predict yet, so the services. work: 1 stem$/m);
    assert.match(stdout, /^predict r0b a2: 2 stems, \d+ scores, .*; 1 stem without a feature file any more, in /m);
  });

  test('says what fails, ends with 1, and does the failed stems alone the next time', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [broken] = nights.stems() as [string];
    const features = readFileSync(nights.paths.features(broken));
    writeFileSync(nights.paths.features(broken), 'diaObjectId,diaSourceId\n1,2\n');
    const first = await nights.replay('predict', '--model', 'a2');
    assert.equal(first.code, 1);
    assert.match(first.stdout, new RegExp(`${broken}: .*lacks .* columns`));
    assert.match(first.stdout, /3 stems, .*; 1 stem failed, in /);
    writeFileSync(nights.paths.features(broken), features);
    const second = await nights.replay('predict', '--model', 'a2');
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /^goes on with the replay begun at .*: 2 stems done$/m);
    assert.match(second.stdout, /^predict r0b a2: 1 stem, /m);
  });

  test('goes on where it was after it was killed', async (t) => {
    const nights = await (await ScoredNights.empty(t)).simulate(160, 2);
    const stems = nights.stems().length;
    const words = ['replay', '--stage', 'predict', '--vra', 'r0b', ...ALL_NIGHTS, '--model', 'a2'];
    const replay = spawn(process.execPath, [LVRA, ...words], {
      env: { PATH: process.env.PATH, ...nights.environment },
    });
    const done = () => Number(nights.rows('SELECT count(*) FROM replay_stem')[0]?.[0]);
    const exited = once(replay, 'exit');
    await until('some stems are done', () => done() > 5, 30_000);
    replay.kill('SIGKILL');
    await exited;
    const doneBefore = done();
    assert.ok(doneBefore < stems, `all ${stems} stems were done before it was killed`);

    const { code, stdout, stderr } = await nights.run(words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`: ${doneBefore} stems? done$`, 'm'));
    assert.match(stdout, new RegExp(`^predict r0b a2: ${stems - doneBefore} stems?, `, 'm'));
    const scores = nights.rows(PROVENANCE).length;
    assert.deepEqual(nights.rows(REPLAYED), [['a2', BigInt(scores)]]);
  });
});

describe('lvra replay --stage feature', () => {
  test('makes the feature files again, keeps the rows, and counts the batch files that are gone', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [gone, spoilt] = nights.stems() as [string, string, string];
    rmSync(nights.paths.batch(gone));
    const made = readFileSync(nights.paths.features(spoilt), 'utf8');
    writeFileSync(nights.paths.features(spoilt), 'spoilt');
    const flags = nights.rows('SELECT * FROM threshold_flags_provenance ORDER BY ID');
    const statuses = nights.rows(STATUSES);
    const { code, stdout, stderr } = await nights.replay('feature');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^feature r0b: 3 stems, \d+ rows, .*; 1 stem without a batch file any more, in /m);
    assert.equal(readFileSync(nights.paths.features(spoilt), 'utf8'), made);
    assert.deepEqual(nights.rows('SELECT * FROM threshold_flags_provenance ORDER BY ID'), flags);
    assert.deepEqual(nights.rows(STATUSES), statuses);
    assert.match(
      (await nights.run(['stem', spoilt])).stdout,
      /feature +r0b +done .* replayed: its feature file was made/,
    );
  });
});

describe('lvra replay --stage annotate', () => {
  test('writes down what it would send, and sends it when told to: the newest scores, as the settings are now', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.configure('a1', { HISTORY: '3' });
    const statuses = nights.rows(STATUSES);
    const outcomes = nights.rows('SELECT * FROM annotation_outcome ORDER BY provenance_ID');
    const calls = nights.sandbox.received.length;
    const dry = await nights.replay('annotate');
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /^Written to dryrun\/ in the data folder; --annotate sends it\.$/m);
    const written = nights.stems().map((stem) => readFileSync(nights.paths.dryRun(stem, 'r0b'), 'utf8'));
    assert.match(written.join(), /\\"history\\": \[/);
    assert.equal(nights.sandbox.received.length, calls);

    const sent = await nights.replay('annotate', '--annotate');
    assert.equal(sent.code, 0, sent.stderr);
    assert.ok(nights.sandbox.received.length > calls);
    const held = [...nights.sandbox.annotations.values()];
    assert.match(sent.stdout, new RegExp(`^annotate r0b: 3 stems, ${held.length} annotations, `, 'm'));
    assert.ok(held.every(({ classdict }) => JSON.parse(classdict).history.length > 0));
    assert.deepEqual(nights.rows(STATUSES), statuses);
    assert.deepEqual(nights.rows('SELECT * FROM annotation_outcome ORDER BY provenance_ID'), outcomes);
  });

  test('waits for another time where Lasair asks to wait, and the stages are not touched by it', async (t) => {
    const nights = await (await SCORED).copy(t);
    nights.sandbox.fault({ kind: 'status', status: 429 });
    const { code, stderr } = await nights.replay('annotate', '--annotate');
    assert.equal(code, 1);
    assert.match(stderr, /run the same command again to go on/);
    assert.ok(nights.rows(STATUSES).every(([, ...statuses]) => statuses.every((status) => Number(status) ** 2 === 1)));
    nights.sandbox.clearFaults();
    assert.equal((await nights.replay('annotate', '--annotate')).code, 0);
  });
});

test('two replays at once are one too many', async (t) => {
  const nights = await (await SCORED).copy(t);
  const locks = takeLocks(nights.paths, ['replay'], 'exclusive', 'lvra replay');
  t.after(() => locks.release());
  const { code, stderr } = await nights.replay('predict');
  assert.equal(code, 3);
  assert.match(stderr, /replay\.lock is held by process \d+/);
});
