import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from '@lvra/ledger/testing/look-inside';
import { simulateAlerts } from '@lvra/simulator';
import { follow } from '../testing/follow.js';
import { ScoredNights } from '../testing/scored-nights.js';

const CRLF = fileURLToPath(new URL('../../../../../shared/cases/verify-whitespace/one-crlf.ndjson', import.meta.url));
/** A stem of the Python consumer's, long before those of the test. */
const PYTHONS = '20260301_010203';

interface Report {
  readonly findings: readonly { check: string; stem?: string; what: string; todo: string }[];
}

describe('lvra verify on a data folder that both pipelines worked on', () => {
  let nights: ScoredNights;
  const scored = ScoredNights.empty({ after });
  before(async () => {
    nights = await (await scored).simulate(30, 10);
  });

  const verified = async (): Promise<Report> => JSON.parse((await nights.run(['verify', '--json'])).stdout);
  const read = (path: string) => nights.run(['run', '--once', '--source', 'replay', '--replay-path', path]);
  const sources = async () => (await nights.rows('SELECT DISTINCT diaSourceId FROM provenance ORDER BY 1')).flat();

  /** A batch file as the Python consumer leaves it between renaming and registering. */
  function leaveBehind(stem: string, text: string): string {
    const path = nights.paths.batch(stem);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const hourAgo = Date.now() / 1000 - 3_600;
    utimesSync(path, hourAgo, hourAgo);
    return path;
  }

  test('has a batch file that was never registered read in, and only then removed', async () => {
    const alerts = simulateAlerts({ seed: 1234, forms: 'full', revisits: 0 });
    const messages = Array.from({ length: 5 }, () => alerts.next().value.text);
    const path = leaveBehind(PYTHONS, `[${messages.join(', ')}]`);
    const before = await sources();
    const { findings } = await verified();
    assert.deepEqual(
      findings.map(({ stem }) => stem),
      [PYTHONS],
    );
    assert.match(findings[0]?.what ?? '', /and so are 5 of its alerts$/);
    await follow(findings[0]?.todo ?? '', nights);
    assert.equal(existsSync(path), false);
    assert.equal((await sources()).length, before.length + 5, 'its alerts are scored');
    assert.deepEqual((await verified()).findings, []);
  });

  test('has a batch file removed whose alerts came in under other stems', async () => {
    const [stem] = await nights.stems();
    const path = leaveBehind('20260301_020304', readFileSync(nights.paths.batch(stem as string), 'utf8'));
    const before = await sources();
    const { findings } = await verified();
    assert.deepEqual(
      findings.map(({ todo }) => todo),
      [`\`rm ${path}\``],
    );
    await follow(findings[0]?.todo ?? '', nights);
    assert.deepEqual(await sources(), before);
    assert.deepEqual((await verified()).findings, []);
  });

  test('finds nothing wrong with the Python feature maker’s rows of our batch', async () => {
    // It takes the last source of a list, which need not be the latest, and leaves no trace of its own.
    const [, stem] = await nights.stems();
    const last = (id: string) => String(BigInt(id) - 1n);
    const path = nights.paths.features(stem as string);
    const [header = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
    const at = header.split(',').indexOf('diaSourceId');
    const changed = rows.map((row) =>
      row
        .split(',')
        .with(at, last(row.split(',')[at] as string))
        .join(','),
    );
    writeFileSync(path, `${[header, ...changed].join('\n')}\n`);
    await nights.look(async (ledger) => {
      for (const table of ['threshold_flags_provenance', 'provenance'])
        await execute(ledger, `UPDATE ${table} SET diaSourceId = diaSourceId - 1 WHERE stem = ?`, stem!);
      await execute(ledger, 'DELETE FROM checksum WHERE stem = ?', stem!);
      await execute(ledger, "DELETE FROM stem_event WHERE stem = ? AND stage <> 'consumer'", stem!);
      const outcomes =
        'DELETE FROM annotation_outcome WHERE provenance_ID IN (SELECT ID FROM provenance WHERE stem = ?)';
      await execute(ledger, outcomes, stem!);
    });
    assert.deepEqual(
      (await verified()).findings.filter(({ check }) => check !== 'annotation'),
      [],
    );
  });

  test('counts the bytes of messages with white space around as the batch file has them', async () => {
    assert.equal((await read(CRLF)).code, 0);
    const alerts = simulateAlerts({ seed: 4321, forms: 'full', revisits: 0 });
    const padded = join(nights.root, 'padded.ndjson');
    writeFileSync(padded, Array.from({ length: 3 }, () => ` \t${alerts.next().value.text} \t\r\n`).join(''));
    assert.equal((await read(padded)).code, 0);
    const stems = (await nights.rows('SELECT stem FROM batch ORDER BY stem DESC LIMIT 2')).flat();
    assert.equal(stems.length, 2);
    const { findings } = await verified();
    assert.deepEqual(
      findings.filter(({ stem }) => stems.includes(stem)),
      [],
    );
  });
});
