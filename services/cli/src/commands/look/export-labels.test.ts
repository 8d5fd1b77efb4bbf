import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { importPython } from '@lvra/model/testing/import-command';
import { projectFile } from '../../testing/project-copy.js';
import { ScoredNights } from '../../testing/scored-nights.js';

const run = promisify(execFile);

/** Every second object is labelled, those of another night too; the features are those of pandas itself. */
const SCORED = ScoredNights.empty({ after }).then(async (nights) => {
  await nights.simulate(400, 80);
  const objects = await nights.rows('SELECT DISTINCT diaObjectId FROM provenance ORDER BY diaObjectId');
  const words = ['real', 'bogus', 'real', 'star'];
  const lines = objects.flatMap(([id], at) =>
    at % 5 === 0 ? [] : [`${id},${words[at % words.length]},ada,2026-04-22T04:15:02.500Z`],
  );
  const file = join(nights.root, 'labels.csv');
  writeFileSync(file, `diaObjectId,label,who,when\n${lines.join('\n')}\n17,real,eve,2026-04-21\n`);
  const { code, stderr } = await nights.run(['labels', 'import', file]);
  assert.equal(code, 0, stderr);
  return nights;
});

/** What is exported for training, against the feature files and the ledger, both read by Python. */
const AS_PANDAS = `
import glob, json, sqlite3, sys
import pandas
root, exported, labelled = sys.argv[1:]
files = {path.split("/")[-1][:-4]: path for path in glob.glob(root + "/csv/*/*/*.csv")}
rows = pandas.concat([pandas.read_csv(path, float_precision="round_trip").assign(stem=stem) for stem, path in files.items()])
rows = rows.drop_duplicates(["diaSourceId", "stem"])  # an alert may have come twice
ledger = sqlite3.connect(f"file:{root}/db/log.db?mode=ro", uri=True)
newest = ledger.execute("""SELECT diaObjectId, diaSourceId, stem FROM provenance JOIN source USING (diaSourceId)
  ORDER BY midpointMjdTai, diaSourceId, ID""").fetchall()
newest = pandas.DataFrame(newest, columns=["diaObjectId", "diaSourceId", "stem"]).drop_duplicates("diaObjectId", keep="last")
labels = pandas.read_csv(labelled)
expected = labels[labels.label != "star"].merge(newest, on="diaObjectId").merge(rows, on=["diaObjectId", "diaSourceId", "stem"])
expected["target"] = (expected.label == "real").astype(int)
found = pandas.read_csv(exported, float_precision="round_trip")
expected = expected.sort_values(["stem", "diaSourceId"], ignore_index=True)[found.columns]
pandas.testing.assert_frame_equal(
    found.sort_values(["stem", "diaSourceId"], ignore_index=True), expected, check_exact=True, check_dtype=False)
print(json.dumps({"rows": len(found), "targets": sorted(found.target.unique().tolist()), "columns": len(found.columns)}))`;

/** What the trained model itself gives for each source of some feature files, from exact numbers. */
const AS_SCIKIT_LEARN = `
import json, sys
import joblib, pandas
model = joblib.load(sys.argv[1])
rows = pandas.concat([pandas.read_csv(path, float_precision="round_trip") for path in sys.argv[2:]])
scores = model.predict_proba(rows[list(model.feature_names_in_)])[:, 1]
print(json.dumps([[str(source), score] for source, score in zip(rows.diaSourceId, scores)]))`;

describe('lvra export training', () => {
  test('writes the rows of feature files that pandas joins to the labels', async () => {
    const nights = await SCORED;
    const out = join(nights.root, 'out');
    const { code, stdout, stderr } = await nights.run(['export', 'training', '--format', 'csv', '--out', out]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^[\d,]+ rows, .*out\/training-r0b\.csv$/m);
    assert.match(stdout, /^ {2}lacks 1 labelled object that r0b never had$/m);
    const words = [nights.paths.root, join(out, 'training-r0b.csv'), join(nights.root, 'labels.csv')];
    const compared = JSON.parse((await run(await importPython(), ['-c', AS_PANDAS, ...words])).stdout);
    assert.ok(compared.rows > 100 && compared.columns > 120, JSON.stringify(compared));
    assert.deepEqual(compared.targets, [0, 1]);
  });

  test('says which files are gone, and takes an older row of the object', async (t) => {
    const nights = await (await SCORED).copy(t);
    const stems = await nights.stems();
    for (const stem of stems) rmSync(nights.paths.features(stem));
    const ran = await nights.run(['export', 'training', '--out', join(nights.root, 'out')]);
    assert.equal(ran.code, 1, ran.stderr);
    assert.match(ran.stdout, /^0 rows, /m);
    assert.match(ran.stdout, /^ {2}lacks \d+ labelled objects whose feature files are gone, removed by `lvra prune`$/m);
    const others = await nights.run(['export', 'training', '--labels', 'agn, gal', '--out', nights.root]);
    assert.deepEqual([others.code, others.stdout], [2, '']);
    assert.match(others.stderr, /^lvra: no object has the label agn or gal: /);
  });

  test('is what the commands of docs/models.md train a model on, which then scores as scikit-learn says', async (t) => {
    const nights = await (await SCORED).copy(t);
    const [, commands] = /^## Train again, by labels\n.*?^```sh\n(.*?)^```$/ms.exec(
      readFileSync(projectFile('docs/models.md'), 'utf8'),
    ) as unknown as [string, string];
    const folder = join(nights.root, 'project');
    mkdirSync(folder);
    symlinkSync(projectFile('model-import'), join(folder, 'model-import'));
    const { PATH, HOME } = process.env;
    const env = { ...nights.environment, PATH: `${projectFile('node_modules/.bin')}:${PATH}`, HOME };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder, env });
    const manifest = JSON.parse(readFileSync(join(folder, 'models', 'r0b_a2.json'), 'utf8'));
    assert.equal(manifest.version, 'a2', stdout);
    for (const file of ['r0b_a2.onnx', 'r0b_a2.json']) {
      cpSync(join(folder, 'models', file), join(nights.models.path, file));
    }
    nights.configure('a2');
    const before = await nights.stems();
    await nights.simulate(200, 100);
    const files = (await nights.stems()).flatMap((stem) => (before.includes(stem) ? [] : nights.paths.features(stem)));
    const words = ['-W', 'ignore', '-c', AS_SCIKIT_LEARN, join(folder, 'r0b_a2.joblib'), ...files];
    const expected = new Map<string, number>(JSON.parse((await run(await importPython(), words)).stdout));
    const scores = await nights.rows("SELECT diaSourceId, score FROM provenance WHERE model_version = 'a2'");
    assert.ok(scores.length > 100, `${scores.length}`);
    for (const [source, score] of scores as [bigint, number][]) {
      const difference = Math.abs(score - expected.get(String(source))!);
      assert.ok(difference <= 1e-12, `${source}: ${score} differs by ${difference}`);
    }
  });
});

describe('lvra export labels', () => {
  test('writes what lvra labels import records in another data folder', async (t) => {
    const nights = await SCORED;
    const out = join(nights.root, 'labels-out');
    const { code, stdout, stderr } = await nights.run(['export', 'labels', '--format', 'csv', '--out', out]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^[\d,]+ rows, .*labels-out\/labels\.csv$/m);
    const other = await ScoredNights.empty(t);
    assert.equal((await other.run(['init'])).code, 0);
    const imported = await other.run(['labels', 'import', join(out, 'labels.csv')]);
    assert.equal(imported.code, 0, imported.stderr);
    const labels = 'SELECT diaObjectId, label, who, labelled_at FROM label ORDER BY diaObjectId';
    assert.deepEqual(await other.rows(labels), await nights.rows(labels));
  });
});
