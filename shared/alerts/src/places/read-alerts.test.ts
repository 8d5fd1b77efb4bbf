import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeBatchFile } from '@lvra/store';
import { BatchIndex } from './batch-index.js';
import { readAlerts } from './read-alerts.js';

// The first two are the same double.
const [A, B, C] = [169760231708427201n, 169760231708427202n, 9223372036854775807n];

const message = (id: bigint, name: string) => `{"name": "${name}", "diaObjectId": ${id}, "é": [NaN]}`;
/** Of C there are two. */
const ALERTS = [
  [A, message(A, 'first')],
  [C, message(C, 'one')],
  [B, message(B, 'last in the alphabet')],
  [C, message(C, 'two')],
] as const;
const IDS = BigInt64Array.from(ALERTS, ([id]) => id);
const LENGTHS = Uint32Array.from(ALERTS, ([, text]) => Buffer.byteLength(text));
const KNOWN = BatchIndex.ofSizes(IDS, LENGTHS);

function fileOf(t: TestContext, text = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-places-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'batch.json');
  writeFileSync(path, text);
  return path;
}

/** Ours, with the sizes that the ledger keeps. */
async function ourFile(t: TestContext): Promise<string> {
  const path = fileOf(t);
  await writeBatchFile(
    path,
    ALERTS.map(([, text]) => Buffer.from(text)),
  );
  return path;
}

/** Makes all alerts unreadable but those of an object; the file stays as long as it is. */
function spoilAllBut(path: string, id: bigint): void {
  const text = readFileSync(path, 'utf8');
  const spoiled = ALERTS.reduce(
    (rest, [each, alert]) => (each === id ? rest : rest.replace(alert, alert.replaceAll(/[{}]/g, '!'))),
    text,
  );
  assert.notEqual(spoiled, text);
  writeFileSync(path, spoiled);
}

async function namesIn(path: string, ids: readonly bigint[], known?: BatchIndex) {
  const found = await readAlerts(path, ids, known);
  return [...found].map(([id, messages]) => [id, messages.map(({ name }) => name)]);
}

test('alerts are found by their exact id, all that a file has of an object in its order', async (t) => {
  const path = await ourFile(t);
  for (const known of [KNOWN, undefined]) {
    assert.deepEqual(await namesIn(path, [B, C, 1n, A], known), [
      [B, ['last in the alphabet']],
      [C, ['one', 'two']],
      [A, ['first']],
    ]);
  }
});

test('an alert whose place is known is read without the rest of its file', async (t) => {
  const path = await ourFile(t);
  spoilAllBut(path, C);
  assert.deepEqual(await namesIn(path, [C], KNOWN), [[C, ['one', 'two']]]);
  await assert.rejects(namesIn(path, [C]), { name: 'BatchUnreadable' });
});

test('a file of the Python pipeline is read once as a whole, and its places are remembered', async (t) => {
  const path = fileOf(t, `[${ALERTS.map(([, text]) => text).join(', ')}, {"diaObjectId": "none"}, 5]`);
  assert.deepEqual(await namesIn(path, [A]), [[A, ['first']]]);
  spoilAllBut(path, B);
  assert.deepEqual(await namesIn(path, [B]), [[B, ['last in the alphabet']]]);
  // What has grown is another file.
  appendFileSync(path, ' ');
  await assert.rejects(namesIn(path, [B]), { name: 'BatchUnreadable' });
});

test('who asks for a file that is being read waits for that, and one that is broken is read again', async (t) => {
  const read = t.mock.method(BatchIndex, 'read');
  const path = await ourFile(t);
  const found = await Promise.all([A, B, A].map((id) => namesIn(path, [id])));
  assert.deepEqual(found.flat(2), [A, ['first'], B, ['last in the alphabet'], A, ['first']]);
  assert.equal(read.mock.callCount(), 1);

  const broken = fileOf(t, '[{"diaObjectId": 1}, ');
  for (let time = 0; time < 2; time++) await assert.rejects(namesIn(broken, [1n]), { name: 'BatchUnreadable' });
  assert.equal(read.mock.callCount(), 3);
});

test('a file that has taken the name of another is read, also if it is as long', async (t) => {
  const path = await ourFile(t);
  assert.deepEqual(await namesIn(path, [A]), [[A, ['first']]]);
  await writeBatchFile(
    path,
    ALERTS.toReversed().map(([, text]) => Buffer.from(text)),
  );
  assert.deepEqual(await namesIn(path, [A, C]), [
    [A, ['first']],
    [C, ['two', 'one']],
  ]);
});

test('of the files that were read as a whole the last 200 are remembered', async (t) => {
  const path = fileOf(t);
  const files = Array.from({ length: 201 }, (_, number) => `${path}.${number}`);
  for (const file of files) {
    writeFileSync(file, `[${ALERTS.map(([, text]) => text).join(',')}]`);
    await readAlerts(file, [A]);
  }
  const [first = '', second = ''] = files;
  for (const file of [first, second]) spoilAllBut(file, A);
  assert.deepEqual(await namesIn(second, [A]), [[A, ['first']]]);
  await assert.rejects(namesIn(first, [A]), { name: 'BatchUnreadable' });
});

test('places that are not those of the file are found out, and the file is read instead', async (t) => {
  const path = await ourFile(t);
  const expected = [[B, ['last in the alphabet']]];
  const swapped = IDS.with(0, B).with(2, A);
  assert.deepEqual(await namesIn(path, [B], BatchIndex.ofSizes(swapped, LENGTHS)), expected);
  const shifted = LENGTHS.with(0, LENGTHS[0]! - 1).with(3, LENGTHS[3]! + 1);
  assert.deepEqual(await namesIn(path, [B], BatchIndex.ofSizes(IDS, shifted)), expected);
  const shorter = BatchIndex.ofSizes(IDS.slice(0, 2), LENGTHS.slice(0, 2));
  assert.deepEqual(await namesIn(path, [B], shorter), expected);
});
