import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REAL, REAL_STEM } from '@lvra/core/testing/reference';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { astropyPython } from '@lvra/test-servers/tools';
import { testFolder } from '../../testing/data-folder.js';
import { LIGHT_CURVE } from '../object/answer.js';

/** Of the real alerts, with sources in z. */
const ID = 169760231527547383n;

/** What astropy reads in a VOTable: its columns, and its rows with ids as text and None where a cell is missing. */
const READ = `
import io, json, sys
import numpy
from astropy.io import votable

table = votable.parse_single_table(io.BytesIO(sys.stdin.buffer.read()), verify="exception").to_table()
cell = lambda value: None if value is numpy.ma.masked else str(value) if isinstance(value, numpy.int64) else value.item() if hasattr(value, "item") else value
rows = [{name: cell(row[name]) for name in table.colnames} for row in table]
# An empty text and a missing one are the same in a VOTable.
rows = [{name: None if value != value or value == "" else value for name, value in row.items()} for row in rows]
json.dump({"units": {name: str(table[name].unit or "") for name in table.colnames}, "rows": rows}, sys.stdout)`;

test('a light curve comes as the file that is asked for, and astropy reads its VOTable with ids and units', async (t) => {
  const { root, ledger, console } = await testFolder(t);
  const copy = dataPaths(root).batch(REAL_STEM);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(fileURLToPath(new URL(`JSON/2026/20260202/${REAL_STEM}.json`, REAL)), copy);
  await execute(ledger, 'INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (?, ?)', ID, REAL_STEM);
  const address = `/api/v1/objects/${ID}/light-curve`;
  const { points } = LIGHT_CURVE.parse(await console.json(address));
  assert.ok(points.length > 1);

  const answer = await console.ask(`${address}?format=votable`);
  assert.equal(answer.headers.get('content-disposition'), `attachment; filename="light-curve-${ID}.vot"`);
  const input = Buffer.from(await answer.arrayBuffer());
  const { units, rows } = JSON.parse(execFileSync(astropyPython(), ['-c', READ], { input, encoding: 'utf8' }));
  assert.deepEqual(
    rows,
    points.map((point) => ({ diaObjectId: String(ID), ...point })),
  );
  assert.deepEqual([units.midpointMjdTai, units.psfFlux, units.ra, units.band], ['d', 'nJy', 'deg', '']);

  for (const [format, start] of [
    ['parquet', 'PAR1'],
    ['csv', 'diaObjectId,kind,id,'],
    ['ndjson', `{"diaObjectId":"${ID}",`],
  ] as const) {
    const file = await console.ask(`${address}?format=${format}`);
    assert.ok((await file.text()).startsWith(start), format);
    assert.equal((await console.ask(`${address}?format=${format}`, { method: 'HEAD' })).status, 200);
  }
  const fits = await console.ask(`${address}?format=fits`, { headers: { accept: 'application/json' } });
  assert.equal(fits.status, 400);
  assert.match(await fits.text(), /There is json, parquet, csv, votable, ndjson\./);
});
