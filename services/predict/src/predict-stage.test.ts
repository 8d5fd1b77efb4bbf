import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, mock, type TestContext, test } from 'node:test';
import { RetryLater, StageMisconfigured, StemFailed } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { changing, execute, rowsIn } from '@lvra/ledger/testing/look-inside';
import { InferenceSession } from '@lvra/model';
import { DataFolder, readQuarantined } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { createLogger, Metrics } from '@lvra/telemetry';
import { createPredictTask } from './predict-stage.js';

const DEMO = new URL('../../../deploy/models/demo/', import.meta.url).pathname;
const ROWS = join(DEMO, 'fixtures', 'rows.csv');
const STEM = '20260202_102448';
const ANOTHER_STEM = '20260202_102458';
const CONTEXT = { signal: new AbortController().signal, attempt: 1, elapsed: () => 5 };

interface ProvenanceRow {
  ID: bigint;
  diaObjectId: bigint;
  diaSourceId: bigint;
  stem: string;
  score: number;
  model_name: string;
  model_version: string;
}

interface Given {
  csv?: string;
  status?: number;
  version?: string;
  annotate?: boolean;
  /** Whether other hosts use the folder. */
  isShared?: boolean;
}

/** A data root whose ledger has one stem, with features made and not yet scored. */
async function pipeline(context: TestContext, features: Given = {}) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-predict-'));
  const paths = dataPaths(root);
  const ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
  context.after(async () => {
    await ledger.close();
    rmSync(root, { recursive: true });
  });
  await addStem(ledger, STEM, features.status ?? 1);
  const path = paths.features(STEM);
  mkdirSync(dirname(path), { recursive: true });
  if (features.csv === undefined) copyFileSync(ROWS, path);
  else writeFileSync(path, features.csv);
  const work = ledger.work('predict', 'r0b');
  const folder = new DataFolder(paths, ledger, features.isShared === true);
  const model = { name: 'r0b', version: features.version ?? 'demo', path: join(DEMO, 'r0b_demo.onnx') };
  const metrics = new Metrics();
  const task = createPredictTask({
    ...{ ledger, work, folder, vra: 'r0b', features: 'r0b', metrics },
    wanted: () => ({ model, annotate: features.annotate ?? true }),
    log: createLogger(paths, 'test', { stdout: false }),
  });
  context.after(() => task.close?.());
  const provenance = () => rowsIn<ProvenanceRow>(ledger, 'SELECT * FROM provenance ORDER BY ID');
  return { ledger, paths, work, task, provenance, page: () => metrics.registry.metrics() };
}

const expected: { ids: [string, string][]; scores: number[] } = JSON.parse(
  readFileSync(join(DEMO, 'fixtures', 'expected.json'), 'utf8'),
);

describe('the predict stage', () => {
  test('records one score a row, with the ids to the last digit, and the status 1', async (context) => {
    const { task, work, provenance } = await pipeline(context);
    await task.prepare?.();
    assert.deepEqual(await task.perform(STEM, CONTEXT), { status: 1, rows: expected.ids.length });
    assert.equal(await work.status(STEM), 1);
    const rows = await provenance();
    assert.deepEqual(
      rows.map((row) => [String(row.diaObjectId), String(row.diaSourceId)]),
      expected.ids,
    );
    rows.forEach((row, at) => {
      assert.ok(Math.abs(row.score - (expected.scores[at] as number)) <= 1e-6);
      assert.deepEqual([row.stem, row.model_name, row.model_version], [STEM, 'r0b', 'demo']);
    });
  });

  test('shows input and output of the model, but of no stem of a backfill', async (context) => {
    for (const isBackfilled of [true, false]) {
      const { task, page } = await pipeline(context);
      await task.perform(STEM, { ...CONTEXT, isBackfilled });
      const shown = await page();
      assert.equal(/^lvra_score_count\{.*\} [1-9]/m.test(shown), !isBackfilled);
      assert.equal(/^lvra_feature_missing_share\{/m.test(shown), !isBackfilled);
    }
  });

  test('is done with what there is if the feature stage was done in part', async (context) => {
    const { task, work } = await pipeline(context, { status: -1 });
    assert.equal((await task.perform(STEM, CONTEXT))?.status, 1);
    assert.equal(await work.status(STEM), 1);
  });

  test('runs the model once a stem, and not at all if there is no row', async (context) => {
    const { task } = await pipeline(context);
    await task.prepare?.();
    const session = await InferenceSession.create(join(DEMO, 'r0b_demo.onnx'));
    const run = mock.method(Object.getPrototypeOf(session), 'run');
    context.after(() => run.mock.restore());
    await session.release();
    await task.perform(STEM, CONTEXT);
    assert.equal(run.mock.callCount(), 1);
    const empty = await pipeline(context, { csv: 'index\n' });
    await empty.task.prepare?.();
    const before = run.mock.callCount();
    assert.deepEqual(await empty.task.perform(STEM, CONTEXT), { status: -1, rows: 0 });
    assert.equal(await empty.work.status(STEM), -1);
    assert.equal(run.mock.callCount(), before);
    assert.deepEqual(await empty.provenance(), []);
  });

  test('doubles no row that an attempt without a status left behind', async (context) => {
    const { task, ledger, provenance } = await pipeline(context);
    const insert =
      "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, 0.5, 'r0b', 'demo')";
    const half = expected.ids.slice(0, expected.ids.length / 2);
    for (const [object, source] of half) await execute(ledger, insert, BigInt(object), BigInt(source), STEM);
    await task.perform(STEM, CONTEXT);
    assert.deepEqual(
      (await provenance()).map((row) => String(row.diaSourceId)),
      expected.ids.map(([, source]) => source),
    );
  });

  test('records nothing if another replica was quicker', async (context) => {
    const { task, work, ledger, provenance } = await pipeline(context);
    await changing(ledger, (tx) => work.complete(tx, STEM, { status: 1, rows: 0, now: Date.now() }));
    assert.equal(await task.perform(STEM, CONTEXT), undefined);
    assert.deepEqual(await provenance(), []);
  });

  test('fails a stem with 21, 23 or 31 and leaves no score', async (context) => {
    const bad: [string, number][] = [[readFileSync(ROWS, 'utf8').replace('\n', '\n1,2\n'), 23]];
    for (const [csv, status] of bad) {
      const { task, provenance } = await pipeline(context, { csv });
      await assert.rejects(
        task.perform(STEM, CONTEXT),
        (error: unknown) => error instanceof StemFailed && error.status === status,
      );
      assert.deepEqual(await provenance(), []);
    }
    const { task, paths } = await pipeline(context);
    rmSync(paths.features(STEM));
    await assert.rejects(
      task.perform(STEM, CONTEXT),
      (error: unknown) => error instanceof StemFailed && error.status === 21,
    );
  });

  test('waits for a feature file that another host has just made, until all of it is here', async (context) => {
    const { task, paths, ledger, provenance } = await pipeline(context, { status: 0, isShared: true });
    const file = { set: 'r0b', checksum: { bytes: statSync(ROWS).size, crc32: 1 } };
    const settlement = { status: 1, now: Date.now(), durationMs: 1, file } as const;
    await ledger.results.recordFeatures(ledger.work('feature', 'r0b'), STEM, [], [], settlement);
    const seen = readFileSync(ROWS, 'utf8');
    for (const content of [undefined, seen.slice(0, seen.indexOf('\n') + 1)]) {
      if (content === undefined) rmSync(paths.features(STEM));
      else writeFileSync(paths.features(STEM), content);
      await assert.rejects(task.perform(STEM, CONTEXT), RetryLater);
    }
    assert.deepEqual(await provenance(), []);
    copyFileSync(ROWS, paths.features(STEM));
    assert.deepEqual(await task.perform(STEM, CONTEXT), { status: 1, rows: expected.ids.length });
  });

  test('scores all rows but those that it cannot, whose alerts go to quarantine', async (context) => {
    const [header = '', ...lines] = readFileSync(ROWS, 'utf8').trimEnd().split('\n');
    const column = header.split(',').indexOf('snr');
    const spoilt = (cell: string) => lines[1]?.split(',').with(0, '2').with(column, cell).join(',');
    const csv = [header, lines[0]?.replace(/^\d+/, '0'), spoilt('faint'), ''].join('\n');
    const alerts = ['{"a":1}', '{"no":"alert"}', '{"b": NaN}'];
    const { task, ledger, paths, work, provenance } = await pipeline(context, { csv });
    mkdirSync(dirname(paths.batch(STEM)), { recursive: true });
    writeFileSync(paths.batch(STEM), `[${alerts.join(',\n')}]`);
    assert.deepEqual(await task.perform(STEM, CONTEXT), { status: -1, rows: 1 });
    assert.equal(await work.status(STEM), -1);
    assert.deepEqual(
      (await provenance()).map((row) => String(row.diaSourceId)),
      [expected.ids[0]?.[1]],
    );
    const [aside, ...others] = await ledger.quarantine.list();
    assert.deepEqual(others, []);
    const { stage, vra, position, reason, detail, diaObjectId, diaSourceId, path, bytes } = aside!;
    assert.deepEqual([stage, vra, position, reason, bytes], ['predict', 'r0b', 2, 'not_a_number', 10]);
    assert.match(detail, /^snr is "faint", not a number/);
    assert.deepEqual([String(diaObjectId), String(diaSourceId)], expected.ids[1]);
    // A night that a model cannot score at all must not fill the disk.
    assert.equal(path, relative(paths.root, paths.batch(STEM)));
    assert.equal(existsSync(paths.quarantine), false);
    for await (const [, content] of readQuarantined(paths, [aside!])) assert.equal(String(content), alerts[2]);

    // The feature file was made again, and the stem is retried after it was annotated.
    const annotate = ledger.work('annotate', 'r0b');
    await changing(ledger, (tx) => annotate.complete(tx, STEM, { status: 1, rows: 1, now: Date.now() }));
    writeFileSync(paths.features(STEM), csv.replace('faint', '7.5'));
    await work.retry(STEM, true);
    assert.deepEqual(await task.perform(STEM, CONTEXT), { status: 1, rows: 2 });
    assert.equal((await provenance()).length, 2);
    assert.deepEqual(await ledger.quarantine.list(), []);
    assert.equal(await annotate.status(STEM), 0, 'the new score is to be annotated');
  });

  test('keeps the ids and the reason of an alert without a score if its batch file is gone', async (context) => {
    const [header = '', line = ''] = readFileSync(ROWS, 'utf8').split('\n');
    const cells = line.split(',');
    const csv = `${header}\n${cells.with(header.split(',').indexOf('snr'), 'faint').join(',')}\n`;
    const { task, ledger } = await pipeline(context, { csv });
    assert.deepEqual(await task.perform(STEM, CONTEXT), { status: -1, rows: 0 });
    const [aside] = await ledger.quarantine.list();
    assert.deepEqual([aside?.path, aside?.bytes, String(aside?.diaSourceId)], ['', 0, expected.ids[0]?.[1]]);
    assert.match(aside?.detail ?? '', /snr is "faint".*its bytes are not available: ENOENT/);
  });

  test('fails a stem with 30 whose file has rows that are not its own, or one more often', async (context) => {
    const [, first, second] = readFileSync(ROWS, 'utf8').split('\n');
    const csv = (rows: (string | undefined)[]) => [readFileSync(ROWS, 'utf8').split('\n')[0], ...rows, ''].join('\n');
    const flagged = (ledger: Ledger, ids: [string, string] | undefined) =>
      execute(
        ledger,
        'INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem) VALUES (?, ?, ?)',
        BigInt(ids?.[0] ?? 0),
        BigInt(ids?.[1] ?? 0),
        STEM,
      );
    const wrong: [string, RegExp][] = [
      [
        csv([first, second]),
        /source 169953715644257841 is not of this stem.*lvra retry 20260202_102448 --stage feature/,
      ],
      [csv([first, first]), /source 169953715657184380 is in it more often than in the stem/],
    ];
    for (const [content, message] of wrong) {
      const { task, ledger, provenance } = await pipeline(context, { csv: content });
      await flagged(ledger, expected.ids[0]);
      await assert.rejects(
        task.perform(STEM, CONTEXT),
        (error: unknown) => error instanceof StemFailed && error.status === 30 && message.test(error.message),
      );
      assert.deepEqual(await provenance(), []);
    }
    const twice = await pipeline(context, { csv: csv([first, first]) });
    await flagged(twice.ledger, expected.ids[0]);
    await flagged(twice.ledger, expected.ids[0]);
    assert.deepEqual(await twice.task.perform(STEM, CONTEXT), { status: 1, rows: 2 });
  });

  test('fails a stem with 31 that lacks columns which the others have', async (context) => {
    const { task, ledger, paths, provenance } = await pipeline(context, { csv: 'diaObjectId,diaSourceId\n7,8\n' });
    await execute(ledger, 'INSERT INTO feature_making (stem, r0b) VALUES (?, 1)', ANOTHER_STEM);
    copyFileSync(ROWS, paths.features(ANOTHER_STEM));
    await task.prepare?.();
    await assert.rejects(
      task.perform(STEM, CONTEXT),
      (error: unknown) => error instanceof StemFailed && error.status === 31 && /psfFlux/.test(error.message),
    );
    await task.prepare?.();
    assert.deepEqual(await provenance(), []);
  });

  test('does not work, with 31, if no feature file has the columns of the model', async (context) => {
    const { task, paths, work, provenance } = await pipeline(context, { csv: 'diaObjectId,diaSourceId\n7,8\n' });
    const refusal = (error: unknown) =>
      error instanceof StageMisconfigured && error.status === 31 && /newest feature files lack 56/.test(error.message);
    await assert.rejects(async () => task.prepare?.(), refusal);
    await assert.rejects(task.perform(STEM, CONTEXT), refusal);
    assert.deepEqual(await provenance(), []);
    assert.equal(await work.status(STEM), 0);
    // The first feature files of an installation came after the model was loaded.
    const first = await pipeline(context);
    copyFileSync(paths.features(STEM), first.paths.features(STEM));
    await execute(first.ledger, 'UPDATE feature_making SET r0b = 0');
    await first.task.prepare?.();
    await execute(first.ledger, 'UPDATE feature_making SET r0b = 1');
    await assert.rejects(first.task.perform(STEM, CONTEXT), refusal);
    await assert.rejects(async () => first.task.prepare?.(), refusal);
  });

  test('does not work with a model of another version than the settings ask for', async (context) => {
    const { task } = await pipeline(context, { version: 'a1' });
    const refusal = (error: unknown) =>
      error instanceof StageMisconfigured &&
      /there is no model r0b a1 in .*demo.*; there is r0b demo/.test(error.message);
    await assert.rejects(async () => task.prepare?.(), refusal);
    await assert.rejects(task.perform(STEM, CONTEXT), refusal);
  });
});

describe('if ANNOTATE is no', () => {
  test('a scored stem is not meant for annotating, and is if it is yes', async (context) => {
    for (const annotate of [true, false]) {
      const { task, ledger } = await pipeline(context, { annotate });
      await task.perform(STEM, CONTEXT);
      const work = ledger.work('annotate', 'r0b');
      assert.deepEqual(await work.pending(Date.now(), 1), annotate ? [STEM] : []);
      assert.equal(await work.status(STEM), annotate ? 0 : undefined);
    }
  });
});
