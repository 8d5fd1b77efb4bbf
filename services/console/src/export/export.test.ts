import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/ledger';
import { fillLedger } from '@lvra/ledger/testing/large-ledger';
import { tuplesIn } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { type ServedConsole, serveConsole } from '../testing/served.js';

/** Of the filled ledger, whose first stem is of midnight: 4,320 stems until noon. */
const NIGHT = '20240101';
const FIRST_STEM = '20240101_000000';
const ALERTS_A_STEM = 20;

describe('the export of a night from the console', () => {
  const root = mkdtempSync(join(tmpdir(), 'lvra-console-export-'));
  const paths = dataPaths(root);
  let ledger: Ledger;
  let served: ServedConsole;
  before(async () => {
    mkdirSync(join(root, 'db'));
    ledger = await Ledger.open(paths.database, ['r0b'], { create: true });
    fillLedger(ledger, { stems: 4_400, alertsAStem: ALERTS_A_STEM, sourcesAnObject: 5 });
    served = await serveConsole({ LVRA_DATA_ROOT: root });
  });
  after(async () => {
    await served.close();
    await ledger.close();
    rmSync(root, { recursive: true });
  });

  const address = (query: string) => `/api/v1/export/${query}`;

  test('has every score of it, in the order of stems', async () => {
    const { status, headers, body } = await served.ask(address(`scores?night=${NIGHT}&format=csv`));
    assert.equal(status, 200, body.slice(0, 500));
    assert.equal(headers['content-disposition'], `attachment; filename="scores-${NIGHT}.csv"`);
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8; header=present');
    const [head = '', ...lines] = body.trimEnd().split('\r\n');
    assert.ok(head.startsWith('provenanceId,diaObjectId,diaSourceId,'));
    const expected = await tuplesIn(
      ledger,
      "SELECT ID, diaObjectId, diaSourceId FROM provenance WHERE stem < '20240101_120000' ORDER BY stem, ID",
    );
    assert.equal(expected.length, 4_320 * ALERTS_A_STEM);
    assert.deepEqual(
      lines.map((line) => line.split(',', 3).join()),
      expected.map((row) => row.join()),
    );
  });

  test('is Parquet, if nothing else is asked for, and has its headers without the file', async () => {
    const { status, headers, body } = await served.ask(address(`scores?night=20240102&vra=r0b`));
    assert.equal(status, 200);
    assert.deepEqual([body.slice(0, 4), body.slice(-4)], ['PAR1', 'PAR1']);
    const head = await served.ask(address('scores?night=20240102&vra=r0b'), { method: 'HEAD' });
    assert.deepEqual([head.status, head.body], [200, '']);
    for (const name of ['content-type', 'content-disposition']) assert.equal(head.headers[name], headers[name], name);
    assert.equal(headers['content-disposition'], 'attachment; filename="scores-r0b-20240102.parquet"');
  });

  test('is refused where it cannot be asked so, and not found where there is nothing', async () => {
    const refused: [query: string, status: number, why: RegExp][] = [
      ['stems?night=20240101', 400, /table: /],
      ['scores', 400, /night: is missing: write a night as YYYYMMDD/],
      ['scores?night=20241301', 400, /night: is not a night/],
      ['scores?night=20240101&format=fits', 400, /format: is not one of parquet, csv, votable, ndjson/],
      ['scores?night=20240101&from=20240101', 400, /there is no from here/],
      ['scores?night=20240101&vra=r0c', 400, /there is no VRA r0c in the settings; there are r0b/],
      ['alerts?night=20240101&vra=r0b', 400, /alerts are the same for every VRA/],
      ['scores?night=20250101', 404, /The night 20250101 has no stems/],
      ['alerts?night=20240101', 404, /The files of the night 20240101 are gone/],
    ];
    for (const [query, status, why] of refused) {
      const answer = await served.ask(address(query));
      assert.deepEqual([answer.status, answer.headers['content-type']], [status, 'application/problem+json'], query);
      assert.match(JSON.parse(answer.body).detail, why);
    }
  });

  test('says of how many stems the files are gone, and breaks off where a file is broken', async () => {
    const path = paths.features(FIRST_STEM);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'diaObjectId,diaSourceId\n313637921267122191,170046091000545381\n');
    const half = await served.ask(address(`features?night=${NIGHT}&format=csv`));
    assert.equal(half.headers['x-missing'], 'what was in the files of 4319 of 4320 stems, which are gone');
    assert.equal(half.body.split('\r\n')[1], `${FIRST_STEM},313637921267122191,170046091000545381`);
    writeFileSync(path, 'diaObjectId,diaSourceId\n313637921267122191\n');
    await assert.rejects(served.ask(address(`features?night=${NIGHT}&format=csv`)), /aborted|hang up|reset/);
  });

  test('is made one at a time, and ends when its reader leaves', async () => {
    const asked = get({ port: served.port, path: address(`scores?night=${NIGHT}&format=ndjson`), agent: false });
    const reading = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
    assert.equal(reading.statusCode, 200);
    // Nothing is read: what fits on the way does, and the rest waits.
    const second = await served.ask(address(`scores?night=${NIGHT}&format=csv`));
    assert.deepEqual([second.status, second.headers['retry-after']], [503, '10']);
    assert.match(second.body, /One is made at a time/);
    reading.destroy();
    let again = second;
    while (again.status === 503) {
      await sleep(50);
      again = await served.ask(address('scores?night=20240102&format=csv'));
    }
    assert.equal(again.status, 200);
    assert.equal(again.body.trimEnd().split('\r\n').length, 1 + 80 * ALERTS_A_STEM);
  });
});
