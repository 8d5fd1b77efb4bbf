import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { changing } from '@lvra/ledger/testing/look-inside';
import { writeBatchFile } from '@lvra/store';
import { testFolder } from '../../testing/data-folder.js';
import { LIST, ONE } from './answer.js';

const NOW = Date.UTC(2026, 2, 1, 4, 15);
/** A page of its own, in a message that is no alert. */
const HTML = '<!DOCTYPE html><script>alert(1)</script>';
const aside = { stage: 'consumer', detail: 'no JSON: <b>', path: '', bytes: 0, at: NOW } as const;

test('alerts in quarantine are listed newest first, by reason, a page at a time', async (t) => {
  const { console, ledger, register } = await testFolder(t);
  const entries = Array.from({ length: 60 }, (_, position) => ({
    ...{ ...aside, position, reason: position < 2 ? ('too_deep' as const) : ('not_json' as const) },
  }));
  await register(NOW, entries);
  const ask = async (query: string) => LIST.parse(await console.json(`/api/v1/quarantine${query}`));
  const first = await ask('');
  assert.deepEqual([first.alerts.length, first.alerts[0]?.position, first.next], [50, 59, first.alerts.at(-1)?.id]);
  const rest = await ask(`?before=${first.next}`);
  assert.deepEqual([rest.alerts.length, rest.alerts.at(-1)?.position, rest.next], [10, 0, null]);
  assert.deepEqual(first.counts, [
    { stage: 'consumer', reason: 'not_json', alerts: 58 },
    { stage: 'consumer', reason: 'too_deep', alerts: 2 },
  ]);
  assert.equal((await ask('?reason=too_deep&stage=consumer')).alerts.length, 2);
  assert.equal((await ask('?reason=too_deep&stage=feature')).alerts.length, 0);
  await ledger.quarantine.markReplayed(1n, '20260301_050000');
  assert.equal((await ask('?reason=too_deep')).alerts.length, 1);
  assert.equal((await ask('?reason=too_deep&all=yes')).alerts.length, 2);

  const page = await console.text('/quarantine?reason=too_deep&all=yes');
  assert.match(page, /replayed as 20260301_050000/);
  assert.match(page, /no JSON: &lt;b&gt;/);
  assert.match(page, /<option value="too_deep" selected/);
  assert.equal((await console.ask('/quarantine?reason=<script>')).status, 400);
});

test('the bytes of an alert are shown as text and as digits, and given as nothing but bytes', async (t) => {
  const { console, root, register } = await testFolder(t);
  const files = [
    Buffer.from(`${HTML}${'\u202e'}${'x'.repeat(756)}é${'x'.repeat(99)}`),
    Buffer.from([0xff, 0x00, 0x41]),
  ] as const;
  const stem = await register(
    NOW,
    files.map((content, position) => {
      const path = `quarantine/2026/20260301/${position}.raw`;
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      return { ...aside, position, reason: 'not_json' as const, path, bytes: content.length };
    }),
  );
  const page = await console.text('/quarantine/1');
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;\\u202ex/);
  assert.doesNotMatch(page, /<script>/);
  assert.match(page, /0000 {2}3c 21 44 4f 43 54 59 50 45 20 68 74 6d 6c 3e 3c {2}&lt;!DOCTYPE html&gt;&lt;/);
  assert.match(page, /The first 800 bytes/);
  assert.match(page, new RegExp(`/stems/${stem}`));
  const binary = ONE.parse(await console.json('/api/v1/quarantine/2'));
  assert.deepEqual([binary.shown, binary.missing], [{ bytes: 3, hex: 'ff0041', text: null }, null]);

  const download = await console.ask('/quarantine/1/bytes');
  assert.deepEqual(
    ['content-type', 'content-disposition', 'x-content-type-options'].map((name) => download.headers.get(name)),
    ['application/octet-stream', 'attachment; filename="quarantine-1.raw"', 'nosniff'],
  );
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), files[0]);

  rmSync(join(root, 'quarantine'), { recursive: true });
  const gone = ONE.parse(await console.json('/api/v1/quarantine/1'));
  assert.equal(gone.shown, null);
  assert.equal(gone.missing, 'the file with the bytes of the alert, quarantine/2026/20260301/0.raw, is gone');
  for (const path of ['/quarantine/1/bytes', '/quarantine/99', '/quarantine/99/bytes', '/quarantine/0x1/bytes']) {
    assert.equal((await console.ask(path)).status, 404, path);
  }
});

test('an alert whose bytes are in the batch file of its stem is read from there', async (t) => {
  const { console, ledger, root, register } = await testFolder(t);
  const stem = await register(NOW);
  const path = `JSON/2026/20260301/${stem}.json`;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  const alerts = ['{"diaObjectId": 1}', '{"diaObjectId": 2}'].map((text) => Buffer.from(text));
  await writeBatchFile(join(root, path), alerts);
  const aside = { stem, stage: 'predict', vra: 'r0b', reason: 'no_score', detail: '', at: NOW } as const;
  const entry = { ...aside, position: 1, path, bytes: 18, diaObjectId: 2n, diaSourceId: 3n };
  await changing(ledger, (tx) => ledger.quarantine.add(tx, [entry]));
  const page = await console.text('/quarantine/1');
  assert.match(page, /\{&quot;diaObjectId&quot;: 2\}/);
  assert.match(page, /by predict r0b/);
  assert.equal(await console.text('/quarantine/1/bytes'), '{"diaObjectId": 2}');
});

test('no file outside the quarantine is shown, whatever the ledger says', async (t) => {
  const { console, root, register } = await testFolder(t);
  writeFileSync(join(root, 'secret'), 'token');
  mkdirSync(join(root, 'quarantine'));
  await register(NOW, [{ ...aside, position: 0, reason: 'not_json', path: 'quarantine/../secret', bytes: 5 }]);
  assert.match((await console.json<{ missing: string }>('/api/v1/quarantine/1')).missing, /tampered/);
  assert.equal((await console.ask('/quarantine/1/bytes')).status, 404);
});
