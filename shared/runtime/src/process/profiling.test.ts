import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import inspector from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataPaths } from '@lvra/store';
import { createLogger } from '@lvra/telemetry';
import { profileOnSignal } from './profiling.js';

describe('a profile of a service that runs', () => {
  const root = () => mkdtempSync(join(tmpdir(), 'lvra-profiling-'));
  let paths: ReturnType<typeof dataPaths>;
  let end: () => void;

  beforeEach(() => {
    // Node 24 runs test files with --report-on-signal, which leaves a report in the working folder.
    if (process.report) process.report.reportOnSignal = false;
    paths = dataPaths(root());
    end = profileOnSignal(paths, 'feature', createLogger(paths, 'test', { stdout: false }), 400);
  });
  afterEach(() => {
    end();
    rmSync(paths.root, { recursive: true });
  });

  const found = (ending: string) =>
    readdirSync(paths.root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));

  async function untilProfiled(): Promise<string[]> {
    for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(5)) {
      burnCpu(5);
      if (found('.cpuprofile').length > 0) return found('.cpuprofile');
    }
    throw new Error('no profile within 20 s');
  }

  test('the signal makes one beside the logs of the night, without a port, and what was at work is in it', async () => {
    process.kill(process.pid, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    const [name = '', ...others] = await untilProfiled();
    assert.deepEqual(others, []);
    assert.match(name, /^logs\/\d{4}\/\d{8}\/feature_\d{8}_\d{6}_.+\.cpuprofile$/);
    assert.equal(inspector.url(), undefined);
    const { nodes } = JSON.parse(readFileSync(join(paths.root, name), 'utf8'));
    const names = (nodes as { callFrame: { functionName: string } }[]).map(({ callFrame }) => callFrame.functionName);
    assert.ok(names.includes('burnCpu'), names.join());
  });

  test('a running one does not delay the end of the service', async () => {
    process.kill(process.pid, 'SIGUSR2');
    for (const deadline = performance.now() + 10_000; performance.now() < deadline; await sleep(5)) {
      const [log] = found('test.log');
      if (log && readFileSync(join(paths.root, log), 'utf8').includes('profiling')) break;
    }
    end();
    await sleep(600);
    assert.deepEqual(found('.cpuprofile'), []);
    assert.equal(process.listenerCount('SIGUSR2'), 0);
  });
});

function burnCpu(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
