import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Model } from './onnx/model.js';
import { env } from './onnx/onnxruntime.js';
import { importPython, MODEL_IMPORT, runImportPython } from './testing/import-command.js';

const run = promisify(execFile);
const CASES = new URL('../../../../shared/cases/', import.meta.url);

describe('model-import/import', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-import-'));
  after(() => rmSync(folder, { recursive: true }));
  const joblib = join(folder, 'forest.joblib');

  test('its Python tests pass: what is refused, and that nothing of a joblib is run', async () => {
    await runImportPython('-W', 'ignore', '-m', 'unittest', 'discover', '--start-directory', `${MODEL_IMPORT}tests`);
  });

  test('as a command: from a joblib to a model that the predict stage takes', async () => {
    const program = 'import sys, joblib, small_models; joblib.dump(small_models.a_forest(), sys.argv[1])';
    await runImportPython(
      '-c',
      `import sys; sys.path.append(${JSON.stringify(`${MODEL_IMPORT}tests`)}); ${program}`,
      joblib,
    );
    // Python's -m would take a module from the current folder first.
    writeFileSync(join(folder, 'sklearn.py'), 'raise SystemExit("a program beside the joblib was run")');
    const out = join(folder, 'models');
    const args = [joblib, '--vra', 'r0b', '--model-version', 'a1', '--out', out];
    const { stdout } = await run(`${MODEL_IMPORT}import`, args, { cwd: folder });
    assert.match(
      stdout,
      /RandomForestClassifier, 3 features\n.*0\.0e\+00.*\nwrote .*r0b_a1\.onnx and r0b_a1\.json\n$/s,
    );
    const model = await Model.load(join(out, 'r0b_a1.onnx'));
    assert.deepEqual([model.manifest.name, model.manifest.version], ['r0b', 'a1']);
    assert.equal(model.manifest.libraries.onnxruntime, env.versions.node, 'parity is proven on the onnxruntime here');
    // Production of the Python pipeline, whose models must come in without an option.
    const { 'scikit-learn': scikitLearn, numpy = '' } = model.manifest.libraries;
    assert.equal(scikitLearn, '1.8.0');
    assert.match(numpy, /^2\.3\./);
    await model.close();
  });

  test('as a command: a model that stopped early by a scorer is imported, as one without what prediction does not need', async () => {
    const script = fileURLToPath(new URL('import-early-stopping-scorer/make.py', CASES));
    const names = fileURLToPath(new URL('import-early-stopping-scorer/names.txt', CASES));
    const python = await importPython();
    for (const [version, ...without] of [['early'], ['bare', '--without']] as const) {
      const made = await run(python, [script, ...without], { cwd: folder });
      const scores = (made.stdout.match(/[0-9.]+/g) ?? []).map(Number);
      assert.equal(scores.length, 2);
      const args = ['early.joblib', '--vra', 'r0b', '--model-version', version, '--feature-names', names];
      await run(`${MODEL_IMPORT}import`, [...args, '--out', folder], { cwd: folder });
      const model = await Model.load(join(folder, `r0b_${version}.onnx`));
      // The rows that make.py prints the scores of, to numpy's eight digits.
      const { scores: given } = await model.score(Float64Array.of(0.1, 0, -0.5, 0.2), 2);
      for (const [row, score] of scores.entries()) assert.ok(Math.abs((given[row] as number) - score) < 1e-8);
      await model.close();
    }
  });

  test('as a command: a refusal is an exit code, a sentence, and no file', async () => {
    const out = join(folder, 'none');
    const refused = run(`${MODEL_IMPORT}import`, [
      join(folder, 'x.joblib'),
      '--vra',
      'r0b',
      '--model-version',
      'a1',
      '--out',
      out,
    ]);
    await assert.rejects(refused, (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /^import: .*x\.joblib is not imported: it cannot be read/);
      return true;
    });
    assert.ok(!readdirSync(folder).includes('none'));
  });
});
