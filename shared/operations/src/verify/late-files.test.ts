import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings } from '@lvra/config';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { DataFolder } from '@lvra/runtime';
import { dataPaths, writeBatchFile } from '@lvra/store';
import { verify } from './verify.js';

test('a file that another host has just recorded is waited for, and not called missing', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-late-'));
  t.after(() => rmSync(root, { recursive: true }));
  const paths = dataPaths(root);
  const ledger = await newLedger(t);
  const now = new Date();
  const stem = await ledger.batches.reserveStem('another host', now);
  const message = Buffer.from('{"diaObjectId": 170019716327800983}');
  const checksum = await writeBatchFile(paths.batch(stem), [message]);
  await ledger.batches.register({
    ...{
      stem,
      vras: ['r0b'],
      source: 'simulate',
      diaObjectIds: [170019716327800983n],
      bytes: message.length,
      checksum,
    },
    ...{ receivedMs: Float64Array.of(Number.NaN), groupId: '', ranges: [], quarantined: [], now: now.getTime() },
  });
  renameSync(paths.batch(stem), `${paths.batch(stem)}.late`);

  const folder = new DataFolder(paths, ledger, true);
  let isWaitedFor = false;
  t.mock.method(folder, 'assertVisible', async (...which: Parameters<DataFolder['assertVisible']>) => {
    try {
      await DataFolder.prototype.assertVisible.apply(folder, which);
    } catch (error) {
      isWaitedFor = true;
      renameSync(`${paths.batch(stem)}.late`, paths.batch(stem));
      throw error;
    }
  });
  const settings = loadSettings({ environment: { LVRA_DATA_ROOT: root, LASAIR_LSST_TOKEN: 'none' } });
  const findings = await verify(
    { settings, paths, folder, ledger, vras: ['r0b'], stages: [['feature', 'r0b']] },
    {
      ...{ range: ['00000000_000000', '99999999_999999'], kafka: false, scores: false, sandbox: undefined },
      ...{ lookAgainMs: 0, onProgress: () => {} },
    },
  );
  assert.equal(isWaitedFor, true);
  assert.deepEqual([findings.kept, findings.counts.batchFiles, findings.counts.pending], [[], 1, { 'feature r0b': 1 }]);
});
