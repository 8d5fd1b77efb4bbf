import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { RetryLater } from '@lvra/core';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { dataPaths, writeBatchFile, writeQuarantineFiles } from '@lvra/store';
import { DataFolder } from './data-folder.js';

const NOW = Date.UTC(2026, 2, 1, 10, 24, 48);
const BATCH = { kind: 'batch' } as const;
const ASIDE = { kind: 'quarantined', position: 3 } as const;

/** A folder with a batch and a message in quarantine, which the ledger has recorded at NOW. */
async function recorded(t: TestContext, now = NOW) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  const paths = dataPaths(root);
  const ledger = await newLedger(t);
  const stem = await ledger.batches.reserveStem('me', new Date(now));
  const [batch, aside] = [paths.batch(stem), paths.quarantined(stem, 'consumer', 3)];
  await writeQuarantineFiles([{ path: aside, bytes: Buffer.from('rubbish') }]);
  const checksum = await writeBatchFile(batch, [Buffer.from('{"diaObjectId":1}')]);
  const entry = { stem, stage: 'consumer', position: 3, reason: 'not_json', detail: 'no JSON', path: 'q' } as const;
  await ledger.batches.register({
    ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: [1n], bytes: 17, receivedMs: Float64Array.of(now) },
    ...{ groupId: 'lvra', ranges: [], checksum, now },
    quarantined: [{ ...entry, bytes: 7, checksum: { bytes: 7, crc32: 1 }, at: now }],
  });
  return { stem, batch, aside, paths, ledger, folder: new DataFolder(paths, ledger, true) };
}

describe('a file that another host has just recorded', () => {
  for (const [file, name] of [[BATCH, 'batch'] as const, [ASIDE, 'aside'] as const]) {
    test(`is waited for until it is whole: ${file.kind}`, async (t) => {
      const { stem, folder, ...paths } = await recorded(t);
      const path = paths[name];
      await folder.assertVisible(stem, file, NOW);
      truncateSync(path, 5);
      await assert.rejects(
        folder.assertVisible(stem, file, NOW + 2_000),
        (error) => error instanceof RetryLater && /recorded 2 s ago.*has 5 of its \d+ bytes here/.test(error.message),
      );
      rmSync(dirname(path), { recursive: true });
      await assert.rejects(
        folder.assertVisible(stem, file, NOW + 60_000),
        (error) =>
          error instanceof RetryLater && error.delayMs === 15_000 && /recorded 60 s ago.*not here/.test(error.message),
      );
    });
  }

  test('is asked for soon at first, also by a clock that is behind', async (t) => {
    const { stem, batch, folder } = await recorded(t);
    rmSync(batch);
    for (const later of [0, 1_000, -4_000]) {
      await assert.rejects(folder.assertVisible(stem, BATCH, NOW + later), { delayMs: 500 });
    }
  });

  test('counts as missing or damaged once any host would see it', async (t) => {
    const { stem, batch, folder } = await recorded(t);
    truncateSync(batch, 5);
    await folder.assertVisible(stem, BATCH, NOW + 90_001);
    rmSync(batch);
    await folder.assertVisible(stem, BATCH, NOW + 90_001);
  });

  test('is not waited for where this is the only host, or the ledger knows nothing of it', async (t) => {
    const { stem, batch, paths, ledger, folder } = await recorded(t);
    rmSync(batch);
    await new DataFolder(paths, ledger, false).assertVisible(stem, BATCH, NOW);
    await addStem(ledger, '20260301_000001');
    await folder.assertVisible('20260301_000001', BATCH, NOW);
  });

  test('is waited for by who has nothing else to do', async (t) => {
    const { stem, batch, folder } = await recorded(t, Date.now());
    rmSync(dirname(batch), { recursive: true });
    let isSeen = false;
    const seen = folder.untilVisible(stem, BATCH).then(() => {
      isSeen = true;
    });
    await assert.rejects(folder.assertVisible(stem, BATCH), RetryLater);
    assert.equal(isSeen, false);
    mkdirSync(dirname(batch), { recursive: true });
    writeFileSync(batch, '[\n{"diaObjectId":1}\n]\n');
    await seen;
  });

  test('is not waited for if it may not be read at all', async (t) => {
    const { stem, batch, folder } = await recorded(t);
    rmSync(dirname(batch), { recursive: true });
    writeFileSync(dirname(batch), 'a file in the place of the folder');
    await assert.rejects(folder.assertVisible(stem, BATCH, NOW), { code: 'ENOTDIR' });
  });
});
