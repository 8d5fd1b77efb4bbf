import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Ledger } from '../ledger.js';
import { addStem } from '../testing/ledgers.js';
import { ledgerPath } from '../testing/sqlite.js';

const STEM = '20260301_000001';

/** SQLite's header says how the file is to be read: 1 by itself, 2 together with a write-ahead log. */
const isInWal = (path: string) => readFileSync(path).subarray(18, 20).includes(2);
const hasCompanions = (path: string) => ['-wal', '-shm', '-journal'].some((end) => existsSync(path + end));

/** Opens the ledger, and closes it at the end of its input. */
const OTHER = `
import { Ledger } from ${JSON.stringify(new URL('../ledger.js', import.meta.url).href)};
const ledger = await Ledger.open(process.argv[1], ['r0b'], { create: false });
process.stdin.on('end', () => ledger.close()).resume();
process.stdout.write('open');`;

/**
 * Reads as a user who may not write there; root may write anywhere, until it is somebody else. What SQLite's package loads late
 * is loaded before: this checkout may be in a folder of root's.
 */
const COLLEAGUE = `
import { Ledger } from ${JSON.stringify(new URL('../ledger.js', import.meta.url).href)};
import Sqlite from ${JSON.stringify(new URL('driver.js', import.meta.url).href)};
new Sqlite(':memory:').close();
if (process.getuid() === 0) process.setuid(65534);
const ledger = await Ledger.open(process.argv[1], ['r0b'], { create: false });
const status = await ledger.work('feature', 'r0b').status('${STEM}');
let refused;
try {
  await ledger.batches.reserveStem('test', new Date());
} catch (error) {
  refused = error.message;
}
await ledger.close();
process.stdout.write(JSON.stringify({ status, refused }));`;

const ESM = ['--input-type=module', '-e'];

function asColleague(path: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...ESM, COLLEAGUE, path], { encoding: 'utf8' });
  return { code: status, said: stdout && JSON.parse(stdout), stderr };
}

/** A ledger that all may read and its owner alone may write. */
async function finished(t: TestContext): Promise<string> {
  let folder = '';
  // Before it is removed.
  t.after(() => {
    for (const each of [dirname(folder), folder]) chmodSync(each, 0o755);
  });
  const path = ledgerPath(t);
  const ledger = await Ledger.open(path, ['r0b'], { create: true });
  await addStem(ledger, STEM, 1);
  await ledger.close();
  folder = dirname(path);
  for (const each of [dirname(folder), folder]) chmodSync(each, 0o555);
  chmodSync(path, 0o444);
  return path;
}

describe('a ledger that no process works on', { concurrency: true }, () => {
  test('rests as one file, which the last to close it has left so', async (t) => {
    const path = ledgerPath(t);
    const ledger = await Ledger.open(path, ['r0b'], { create: true });
    const other = spawn(process.execPath, [...ESM, OTHER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => other.kill());
    await once(other.stdout, 'data');
    await addStem(ledger, STEM, 1);
    await ledger.close();
    assert.deepEqual([isInWal(path), hasCompanions(path)], [true, true], 'another process still has it open');
    other.stdin.end();
    const [code] = await once(other, 'exit');
    assert.equal(code, 0);
    assert.deepEqual([isInWal(path), hasCompanions(path)], [false, false]);
    const again = await Ledger.open(path, ['r0b'], { create: false });
    t.after(() => again.close());
    assert.equal(await again.work('feature', 'r0b').status(STEM), 1);
    assert.ok(isInWal(path));
  });

  test('is read by a colleague who may not write there, and changed by none', async (t) => {
    const { code, said, stderr } = asColleague(await finished(t));
    assert.equal(code, 0, stderr);
    assert.equal(said.status, 1);
    assert.match(said.refused, /log\.db may only be read by this user, .*: have its owner do this/);
  });

  test('tells such a colleague what to do if its last process was killed', async (t) => {
    const path = await finished(t);
    // As a killed one leaves it, after the machine has started anew.
    const killed = Buffer.from(readFileSync(path));
    killed.fill(2, 18, 20);
    spawnSync('sh', ['-c', 'chmod u+w "$0" && cat > "$0" && chmod 444 "$0"', path], { input: killed });
    const { code, stderr } = asColleague(path);
    assert.notEqual(code, 0);
    assert.match(stderr, /cannot be read by a user who may not write there: .* have its owner run `lvra status` once/);
  });
});
