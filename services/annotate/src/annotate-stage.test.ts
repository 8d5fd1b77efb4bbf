import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { valueIn } from '@lvra/ledger/testing/look-inside';
import { FIRST_STEM, Night, objectId, scoresOf, sourceId } from './testing/night.js';

const STEM = FIRST_STEM;

describe('annotating a stem', () => {
  test('puts every score to its object at Lasair, in lists', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(25));
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 25 });
    assert.equal(await night.status(STEM), 1);
    assert.deepEqual(await night.outcomes(STEM), Array(25).fill('accepted'));
    assert.deepEqual(
      night.sandbox.received.map(({ path, items }) => [path, items]),
      [
        ['/api/annotatelist/', 10],
        ['/api/annotatelist/', 10],
        ['/api/annotatelist/', 5],
      ],
    );
    assert.equal(night.sandbox.annotations.size, 25);
    assert.deepEqual(night.sandbox.lost, []);
  });

  test('sends the payload of the Python annotator, ids to the last digit', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, [{ object: 0, source: 3, score: 0.963998322011434 }]);
    await night.annotate(STEM);
    const { annotationID: _, timestamp: __, ...held } = night.held(0)!;
    assert.deepEqual(held, {
      objectId: '313637921267122191',
      topic: 'r0b_lvra',
      classification: '0.963998322011434',
      version: 'a1',
      explanation: 'r0b - Real Or Bogus Classifier',
      classdict:
        `{"blame_diaSourceId": "${sourceId(0, 3)}", ` +
        '"n_gt22": 4, "n_gt21": 3, "n_gt20": 2, "n_gt19": 1, "n_gt18": 0, ' +
        '"brighter22": 1, "brighter21": 1, "brighter20": 1, "brighter19": 1, "brighter18": 0, ' +
        '"first22": 0, "first21": 0, "first20": 0, "first19": 1, "first18": 0, ' +
        '"model_version": "a1", "provenance_ID": "1", "stem": "20260202_102448"}',
      url: 'https://example.org/r0b',
    });
  });

  test('annotates what the Python pipeline scored, without flags and times', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(2), 'python');
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 2 });
    const { n_gt22, first18, stem } = JSON.parse(night.held(1)!.classdict) as Record<string, unknown>;
    assert.deepEqual([n_gt22, first18, stem], [null, null, STEM]);
  });

  test('that has no scores is done in part', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, []);
    assert.deepEqual(await night.annotate(STEM), { status: -1, rows: 0 });
    assert.equal(night.sandbox.received.length, 0);
  });

  test('that was done by another replica meanwhile records nothing', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(1));
    await night.annotate(STEM);
    assert.equal(await night.annotate(STEM), undefined);
    assert.equal(night.sandbox.received.length, 1);
  });

  test('is partial if Lasair could not store a score; the reason is recorded, the others are sent', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, [
      { object: 0, source: 0, version: "a'1" },
      { object: 1, source: 0, score: null },
      { object: 2, source: 0 },
      { object: 3, source: 0, version: 'a\\1' },
    ]);
    assert.deepEqual(await night.annotate(STEM), { status: -1, rows: 1 });
    assert.deepEqual((await night.outcomes(STEM)).filter((outcome) => outcome === 'accepted').length, 1);
    const details = (await night.details(STEM)).join('\n');
    assert.match(details, /version holds a single quote/);
    assert.match(details, /version holds a backslash/);
    assert.match(details, /the score is not a finite number/);
    assert.equal(night.heldSource(2), 0);
    assert.deepEqual(night.sandbox.lost, []);
  });

  test('sends the later score if two versions scored the same source', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, [
      { object: 0, source: 0, version: 'a1', score: 0.25 },
      { object: 0, source: 0, version: 'a2', score: 0.75 },
    ]);
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 1 });
    assert.deepEqual(await night.outcomes(STEM), ['superseded', 'accepted']);
    assert.equal(night.held(0)?.version, 'a2');
    assert.equal(night.held(0)?.classification, '0.75');
  });
});

describe('with a lowest score', () => {
  const lowest = (night: Night) => night.task({ live: () => ({ version: 'a1', lowestScore: 0.5, annotate: true }) });

  test('scores below it are settled without a call', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, [
      { object: 0, source: 0, score: 0.49 },
      { object: 1, source: 0, score: 0.5 },
    ]);
    assert.deepEqual(await night.annotate(STEM, lowest(night)), { status: 1, rows: 1 });
    assert.deepEqual(await night.outcomes(STEM), ['below_lowest', 'accepted']);
    assert.equal(night.held(0), undefined);
  });

  test('an object that Lasair holds an annotation of is kept current', async (context) => {
    const night = await Night.start(context);
    const task = lowest(night);
    await night.addStem(STEM, [{ object: 0, source: 0, score: 0.9 }]);
    await night.annotate(STEM, task);
    await night.addStem('20260202_102500', [{ object: 0, source: 1, score: 0.1 }]);
    await night.annotate('20260202_102500', task);
    assert.equal(night.held(0)?.classification, '0.1');
  });
});

describe('a dry run', () => {
  test('writes the calls to a file and makes none', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, [...scoresOf(12), { object: 0, source: 1 }]);
    const path = (stem: string) => night.paths.dryRun(stem, 'r0b');
    const noToken = { endpoint: 'https://lasair.example/api', token: undefined, tokenVariable: 'LASAIR_LSST_TOKEN' };
    const task = night.task({ dryRun: { path }, lasair: noToken });
    assert.deepEqual(await night.annotate(STEM, task), { status: 1, rows: 12 });
    assert.deepEqual(await night.outcomes(STEM), ['superseded', ...Array(12).fill('dry_run')]);
    const lines = readFileSync(path(STEM), 'utf8').trimEnd().split('\n');
    const calls = lines.map((line) => JSON.parse(line) as { endpoint: string; body: { annotations: unknown[] } });
    assert.deepEqual(
      calls.map(({ endpoint, body }) => [endpoint, body.annotations.length]),
      [
        ['https://lasair.example/api/annotatelist/', 10],
        ['https://lasair.example/api/annotatelist/', 2],
      ],
    );
    assert.ok(lines[0]?.includes(`"objectId":${objectId(1)},`));
    assert.equal(night.sandbox.received.length, 0);
    assert.equal(await valueIn(night.ledger, 'SELECT count(*) FROM annotation'), 0n);
  });

  test('of a stem whose calls are wanted after all is sent when the stem is opened again', async (context) => {
    const night = await Night.start(context);
    await night.addStem(STEM, scoresOf(2));
    await night.annotate(STEM, night.task({ dryRun: { path: (stem) => night.paths.dryRun(stem, 'r0b') } }));
    assert.ok(existsSync(night.paths.dryRun(STEM, 'r0b')));
    await night.ledger.work('annotate', 'r0b').retry(STEM, true);
    assert.deepEqual(await night.annotate(STEM), { status: 1, rows: 2 });
    assert.equal(night.sandbox.annotations.size, 2);
  });
});

describe('the metrics', () => {
  test('are right across restarts for what Lasair took, in time or late, however often it is sent', async (context) => {
    const night = await Night.start(context);
    const now = Date.now();
    await night.addStem(STEM, [
      { object: 0, source: 0, receivedMs: now - 61_000 },
      { object: 1, source: 0, receivedMs: now - 3_000 },
      { object: 2, source: 0 },
    ]);
    night.sandbox.fault({ kind: 'status', status: 502, times: 1 });
    await night.annotate(STEM);
    await night.annotateAgain(STEM);
    const { flow } = await night.openLedger();
    assert.deepEqual(await flow.annotatedSince('r0b', now - 60_000), { alerts: 3, late: 1 });
    assert.deepEqual(await flow.annotatedSince('r0b', now + 120_000), { alerts: 0, late: 0 });
    assert.deepEqual(await flow.annotatedSince('other', 0), { alerts: 0, late: 0 });
  });

  test('take no alert of a backfill for one of the night, nor for a late one', async (context) => {
    const night = await Night.start(context);
    const now = Date.now();
    await night.addStem(STEM, [{ object: 0, source: 0, receivedMs: now - 90_000_000 }]);
    assert.deepEqual(await night.annotateAgain(STEM), { status: 1, rows: 1 });
    assert.deepEqual(await night.ledger.flow.annotatedSince('r0b', now - 60_000), { alerts: 0, late: 0 });
    const text = await night.metrics.registry.metrics();
    assert.doesNotMatch(text, /lvra_annotation_latency_seconds_count\{/);
    assert.match(text, /^lvra_annotations_total\{vra="r0b",outcome="accepted"\} 1$/m);
  });

  test('count annotations by outcome, calls by status, and the time since Kafka', async (context) => {
    const night = await Night.start(context);
    const now = Date.now();
    await night.addStem(STEM, [
      { object: 0, source: 0, receivedMs: now - 3000 },
      { object: 0, source: 1, receivedMs: now - 3000 },
      { object: 1, source: 0, score: null, receivedMs: now - 3000 },
      { object: 2, source: 0 },
    ]);
    night.sandbox.fault({ kind: 'status', status: 502, times: 1 });
    await night.annotate(STEM);
    const text = await night.metrics.registry.metrics();
    for (const line of [
      'lvra_annotations_total{vra="r0b",outcome="accepted"} 2',
      'lvra_annotations_total{vra="r0b",outcome="superseded"} 1',
      'lvra_annotations_total{vra="r0b",outcome="refused"} 1',
      'lvra_lasair_calls_total{status="200"} 1',
      'lvra_lasair_calls_total{status="502"} 1',
      'lvra_annotation_latency_seconds_count{vra="r0b"} 1',
      'lvra_annotation_latency_seconds_bucket{le="2",vra="r0b"} 0',
      'lvra_annotation_latency_seconds_bucket{le="10",vra="r0b"} 1',
    ]) {
      assert.ok(text.includes(`${line}\n`), `no ${line} in\n${text}`);
    }
  });
});
