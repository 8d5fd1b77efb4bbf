import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { removeFolder, temporaryFolder } from './folders.js';
import { astropyPython, kafkaPython, kcatPath, natsServerPath, pandasPython, promtoolPath } from './tools.js';

test('the tools that set-up fetched run', () => {
  assert.match(execFileSync(natsServerPath(), ['--version'], { encoding: 'utf8' }), /v2\.\d+/);
  assert.match(execFileSync(kcatPath(), ['-V'], { encoding: 'utf8' }), /kcat/);
  assert.match(execFileSync(promtoolPath(), ['--version'], { encoding: 'utf8' }), /promtool, version/);
  const script = 'import pandas; print(pandas.Series([1, 2]).sum())';
  assert.equal(execFileSync(pandasPython(), ['-c', script], { encoding: 'utf8' }), '3\n');
  const client = 'import confluent_kafka; print(confluent_kafka.Consumer.__name__)';
  assert.equal(execFileSync(kafkaPython(), ['-c', client], { encoding: 'utf8' }), 'Consumer\n');
  const leapSeconds = 'import erfa; print(float(erfa.dat(2017, 1, 1, 0)))';
  assert.equal(execFileSync(astropyPython(), ['-c', leapSeconds], { encoding: 'utf8' }), '37.0\n');
});

test('a missing tool is an error that names the command to run', (t) => {
  const empty = temporaryFolder('no-tools');
  t.after(() => removeFolder(empty));
  const script = `import(${JSON.stringify(new URL('./tools.js', import.meta.url).href)}).then((tools) => tools.javaPath())`;
  const env = { ...process.env, XDG_CACHE_HOME: empty };
  assert.throws(
    () => execFileSync(process.execPath, ['-e', script], { env, stdio: 'pipe' }),
    /Java is not at .*make setup/,
  );
});
