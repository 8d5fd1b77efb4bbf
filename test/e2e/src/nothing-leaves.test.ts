import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LVRA, runLvra } from '@lvra/cli/testing/run-lvra';
import { freePort } from '@lvra/test-servers/ports';
import { type Deeds, startWatched } from '@lvra/test-servers/watched';

const MODEL_IMPORT = fileURLToPath(new URL('../../../model-import/', import.meta.url));
const MAKE_MODEL = `
import joblib
from sklearn.linear_model import LogisticRegression
joblib.dump(LogisticRegression().fit([[0], [1]], [0, 1]), "m.joblib")`;
/** The folder of a model's Python, in which only the lock of its set-up is written. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lvra-stream');

/** It connected to this machine only, resolved no name, and wrote only below these folders. */
function assertStaysHere({ addresses, askedForNames, written }: Deeds, folders: readonly string[]): void {
  assert.deepEqual(
    addresses.filter((address) => !/^127\.|^::1$|^::ffff:127\./.test(address)),
    [],
  );
  assert.equal(askedForNames, false, 'it looked up a name');
  const elsewhere = written.filter(
    (path) => !folders.some((folder) => path === folder || path.startsWith(`${folder}/`)),
  );
  assert.deepEqual(elsewhere, []);
}

describe('nothing leaves the machine, and nothing is written beside the data', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lvra-stays-')));
  const home = join(folder, 'home');
  const demoData = join(folder, 'demo-data');
  const base = { PATH: process.env.PATH, HOME: home };
  const options = (environment: NodeJS.ProcessEnv = {}) => ({ cwd: folder, env: { ...base, ...environment } });
  const trace = (name: string) => join(folder, `${name}.strace`);
  const ofDemo = { LVRA_DATA_ROOT: demoData, LVRA_ENDPOINT: 'http://127.0.0.1:9/api', LASAIR_LSST_TOKEN: 'none' };

  before(() => mkdirSync(home));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('in all of lvra demo, which goes from nothing to a summary with the truth', async () => {
    const { code, printed, deeds } = await startWatched(
      [process.execPath, LVRA, 'demo'],
      trace('demo'),
      options({ LASAIR_LSST_TOKEN: 'a-real-one', LVRA_DATA_ROOT: '/nowhere' }),
    ).end();
    assert.equal(code, 0, printed);
    assert.ok(deeds.addresses.includes('127.0.0.1'), 'the sandbox was called, and the watcher saw it');
    assertStaysHere(deeds, [demoData]);
    const told = (what: string) => Number(new RegExp(`^${what} +([\\d,]+) `, 'm').exec(printed)?.[1]?.replace(',', ''));
    const [alerts, quarantined, withoutData, scored] = ['alerts in', 'quarantined', 'no data', 'scored'].map(told);
    // 2,000 alerts, and what is no JSON between them.
    assert.ok(alerts! >= 2_000 && alerts! < 2_100, printed);
    assert.equal(quarantined! + withoutData! + scored!, alerts);
    assert.match(printed, /^annotated +1,\d{3} +in \d+ calls; \d+ more had a newer source/m);
    assert.match(printed, /^latency .* median; .* for 99 in 100$/m);
    assert.equal(printed.match(/^\d{18} +0\.\d{4} +\S/gm)?.length, 10);
    assert.match(printed, /^ {2}LVRA_DATA_ROOT=demo-data \S*lvra start console /m);
    const ask = async (question: string) =>
      JSON.parse((await runLvra([question, '--json'], { LVRA_DATA_ROOT: demoData })).stdout);
    const { counts } = await ask('verify');
    assert.deepEqual([counts.quarantined, counts.withoutAlert], [quarantined, withoutData]);
    const annotate = (await ask('status')).stages.find(({ stage }: { stage: string }) => stage === 'annotate');
    assert.deepEqual([annotate.pending, annotate.failed], [0, {}]);
  });

  test('in a predict service that is ready', async () => {
    const [port, nats] = [await freePort(), await freePort()];
    const environment = { ...ofDemo, LVRA_HEALTH_PORT: String(port), LVRA_NATS_SERVERS: `127.0.0.1:${nats}` };
    const command = [process.execPath, LVRA, 'start', 'predict'];
    const watched = startWatched(command, trace('predict'), options(environment));
    await untilReady(`http://127.0.0.1:${port}/readyz`);
    watched.child.kill('SIGTERM');
    const { code, printed, deeds } = await watched.end();
    assert.equal(code, 0, printed);
    assertStaysHere(deeds, [demoData]);
  });

  test('in the import of a model', async () => {
    const environment = { XDG_CACHE_HOME: join(CACHE, '..') };
    const python = execFileSync(`${MODEL_IMPORT}environment.sh`, [`${MODEL_IMPORT}requirements.txt`], {
      encoding: 'utf8',
    }).trim();
    execFileSync(python, ['-c', MAKE_MODEL], { cwd: folder });
    writeFileSync(join(folder, 'names.txt'), 'snr\n');
    const words = ['m.joblib', '--vra', 'r0b', '--model-version', 'a1', '--feature-names', 'names.txt'];
    const { code, printed, deeds } = await startWatched(
      [`${MODEL_IMPORT}import`, ...words],
      trace('import'),
      options(environment),
    ).end();
    assert.equal(code, 0, printed);
    assertStaysHere(deeds, [join(folder, 'models'), CACHE]);
  });

  test('so the home folder of who ran all this is as empty as before', () => {
    assert.deepEqual(readdirSync(home), []);
  });
});

async function untilReady(url: string): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    assert.ok(performance.now() < end, `not ready: ${await answer?.text()}`);
    await sleep(100);
  }
}
