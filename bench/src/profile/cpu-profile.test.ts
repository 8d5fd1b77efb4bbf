import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type SelfTime, selfTimes } from './cpu-profile.js';
import { groupOf, placeOf } from './places.js';
import { groupTimes, summaryOf } from './summary.js';

/** Most of its time is in `hot`; it waits for longer than it works, and reads in a function that has no file. */
const SCRIPT = `
function hot(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i);
  return sum;
}
function warm() { return hot(40e6) + hot(40e6); }
function parseMuch() { for (let i = 0; i < 3e4; i++) JSON.parse('[1,2,3,4,5,6,7,8]'); }
for (let i = 0; i < 6; i++) warm();
parseMuch();
console.log(process.hrtime.bigint() / 1000n + '');
setTimeout(() => { console.log(process.hrtime.bigint() / 1000n + ''); lateWork(); }, 1500);
function lateWork() { const end = process.cpuUsage().user + 200e3; while (process.cpuUsage().user < end) hot(1e6); }
`;

describe('the profile of a real process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-cpu-profile-'));
  let files: string[];
  /** When the script began and ended to wait. */
  let waited: { from: number; until: number };
  let times: SelfTime[];

  before(() => {
    writeFileSync(join(folder, 'script.cjs'), SCRIPT);
    const profiles = join(folder, 'profiles');
    const node = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, join(folder, 'script.cjs')];
    const [from, until] = execFileSync(process.execPath, node, { encoding: 'utf8' }).split('\n').map(Number);
    waited = { from: from as number, until: until as number };
    files = readdirSync(profiles).map((name) => join(profiles, name));
    times = selfTimes(files);
  });
  after(() => rmSync(folder, { recursive: true }));

  const total = (of: readonly SelfTime[]) => of.reduce((sum, { ms }) => sum + ms, 0);

  test('the function that is at work most comes first, at its line; who calls it has hardly any time of its own', () => {
    const [first] = times;
    assert.equal(first?.frame.functionName, 'hot');
    assert.equal(placeOf(first.frame, folder), 'script.cjs:2');
    assert.ok(first.ms > total(times) / 2, `${first.ms} of ${total(times)} ms`);
    const warm = times.find(({ frame }) => frame.functionName === 'warm');
    assert.ok((warm?.ms ?? 0) < first.ms / 5);
  });

  test('waiting is not work', () => {
    const whileWaiting = total(selfTimes(files, waited));
    assert.ok(waited.until - waited.from > 1_400_000);
    assert.ok(whileWaiting < 500, `${whileWaiting} ms of work while it waited for 1,500 ms`);
  });

  test('of a part of its life only that part counts', () => {
    const late = selfTimes(files, { from: waited.until, until: Number.POSITIVE_INFINITY });
    const names = late.map(({ frame }) => frame.functionName);
    assert.ok(names.includes('lateWork') || names.includes('hot'));
    assert.ok(!names.includes('parseMuch'));
    assert.ok(total(late) < total(times) * 0.8);
    assert.ok(times.some(({ frame }) => frame.functionName === 'parseMuch'));
  });

  test('two profiles of a process are added up', () => {
    const [once, twice] = [times[0]?.ms ?? 0, selfTimes([...files, ...files])[0]?.ms ?? 0];
    assert.equal(twice.toFixed(3), (2 * once).toFixed(3));
  });

  test('the summary names the function, its place and whose it is', () => {
    const summary = summaryOf(times, folder);
    assert.match(summary, /│ hot +│ script\.cjs:2 /);
    assert.match(summary, /elsewhere/);
    assert.equal(Math.round(groupTimes(times).reduce((sum, [, ms]) => sum + ms, 0)), Math.round(total(times)));
  });
});

describe('whose time it is', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 0, columnNumber: 0 });
  const time = (functionName: string, url: string, calledIn?: string): SelfTime => ({
    frame: frame(functionName, url),
    caller: calledIn === undefined ? undefined : frame('', calledIn),
    ms: 1,
  });
  for (const [of, group] of [
    [time('decode', 'file:///app/node_modules/kafkajs/src/protocol/decoder.js'), 'kafkajs'],
    [time('run', 'file:///a/node_modules/x/node_modules/@scope/y/lib/z.js'), '@scope/y'],
    [time('claim', 'file:///app/shared/dist/ledger/work.js'), 'shared/ledger'],
    [time('parseId', 'file:///app/shared/dist/ids.js'), 'shared'],
    [time('readAlert', 'file:///home/somebody/lvra/services/feature/dist/alert.js'), 'services/feature'],
    [time('readFileSync', 'node:fs'), 'Node'],
    [time('(garbage collector)', ''), 'garbage collection'],
    [time('(program)', ''), 'native code that no function called'],
    [time('writev', '', 'node:internal/fs/promises'), 'Node'],
    [time('run', '', 'file:///app/shared/dist/ledger/results.js'), 'shared/ledger'],
  ] as const) {
    test(`${of.frame.functionName} of ${of.frame.url || of.caller?.url || 'V8'}: ${group}`, () => {
      assert.equal(groupOf(of), group);
    });
  }
});

test('the place of our code is that in TypeScript', () => {
  const url = new URL('places.js', import.meta.url).href;
  const js = placeOf({ functionName: 'groupOf', url, lineNumber: 0, columnNumber: 0 }, '/');
  assert.match(js, /bench\/src\/profile\/places\.ts:\d+$/);
});
