import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makePythonLedger, statusRows } from '@lvra/ledger/testing/ledgers';
import { dataPaths } from '@lvra/store';
import { runLvra, temporaryFolder } from '../../testing/run-lvra.js';

const REAL = fileURLToPath(new URL('../../../../../../shared/real', import.meta.url));
const REAL_STEM = '20260202_102448';

/** Of the real alerts: its source of that stem has psfFlux 766638.625 nJy in z, so 31.4 - 2.5 log10(766638.625) = 16.69. */
const BRIGHT = '169760231527547383';
const BRIGHT_SOURCE = '169760236762038534';
/** Its batch file is not there. */
const OTHER = '313637921267122191';

const scored = (object: string, source: string, stem: string, score: number, model = 'r0b') =>
  `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
   VALUES (${object}, ${source}, '${stem}', ${score}, '${model}', 'a1');\n`;

const ROWS = [
  statusRows('20260201_090000', 1, 1, 1),
  statusRows(REAL_STEM, 1, 1, 1),
  statusRows('20260202_110000', 1, 1, 0),
  scored(BRIGHT, '169760236762038000', '20260201_090000', 0.5),
  scored(OTHER, '170046091000545381', '20260201_090000', 0.99),
  scored(BRIGHT, BRIGHT_SOURCE, REAL_STEM, 0.75),
  scored(BRIGHT, BRIGHT_SOURCE, REAL_STEM, 0.97, 'shadow'),
  scored(OTHER, '170046091000545383', '20260202_110000', 0.625),
  // The same source again in a later night, by another version.
  scored(BRIGHT, BRIGHT_SOURCE, '20260210_090000', 0.125).replace("'a1'", "'a2'"),
  scored(OTHER, '170046091000545383', 'test', 0.5),
].join('');

describe('lvra top', { concurrency: true }, () => {
  const { folder, remove } = temporaryFolder();
  const environment = { LVRA_DATA_ROOT: folder };
  before(() => {
    cpSync(join(REAL, 'JSON'), join(folder, 'JSON'), { recursive: true });
    makePythonLedger(dataPaths(folder).database, ROWS);
  });
  after(remove);

  const top = async (...options: string[]) => {
    const { code, stdout, stderr } = await runLvra(['top', ...options], environment);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  test('shows the newest night by default', async () => {
    const lines = (await top()).trim().split('\n');
    assert.equal(lines[0], 'r0b, since 2026-02-09 12:00:00 (UTC)');
    assert.match(lines[3] ?? '', /^169760231527547383 +0\.1250 +-0\.3750 +2 +a2 +unsent +20260210_090000$/);
    assert.equal(lines.length, 4);
  });

  test('shows the night asked for, highest score first, with change, magnitude, band and state', async () => {
    const lines = (await top('--night', '20260202')).split('\n');
    assert.match(lines[0] ?? '', /^r0b, 20260202$/);
    assert.match(
      lines[3] ?? '',
      /^169760231527547383 +0\.7500 +\+0\.2500 +16\.69 +z +2 +a1 +shown \(sent\) +20260202_102448$/,
    );
    assert.match(lines[4] ?? '', /^313637921267122191 +0\.6250 +-0\.3650 +2 +a1 +unsent +20260202_110000$/);
    assert.equal(lines.length, 6);
  });

  test('shows the stems of one day, as many as asked for', async () => {
    const lines = (await top('--night', '20260201', '--limit', '1')).trim().split('\n');
    assert.deepEqual([lines.length, lines[0]], [4, 'r0b, 20260201']);
    assert.match(lines[3] ?? '', /^313637921267122191 +0\.9900 /);
  });

  test('prints for programs, with exact ids', async () => {
    const { candidates } = JSON.parse(await top('--night', '20260202', '--json'));
    const [{ diaObjectId, score, change, magnitude, sources }, { band }] = candidates;
    assert.deepEqual([diaObjectId, score, change, sources, band], [BRIGHT, 0.75, 0.25, 2, null]);
    assert.ok(Math.abs(magnitude - 16.69) < 0.005);
  });

  test('says where there is nothing, and which VRAs there are', async () => {
    assert.match(await top('--night', '20250101'), /^r0b has scored nothing in 20250101: see `lvra status`/);
    const { code, stderr } = await runLvra(['top', '--vra', 'nobody'], environment);
    assert.equal(code, 2);
    assert.match(stderr, /there is no VRA nobody: the settings have r0b/);
  });
});
