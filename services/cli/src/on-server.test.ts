import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nightAt } from '@lvra/operations';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import { runLvra } from './testing/run-lvra.js';

describe('the command line with the ledger on a server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-on-server-'));
  let server: Postgres;
  let environment: Record<string, string>;
  const log = () => join(folder, 'data', 'db', 'log.db');
  const lvra = (...words: string[]) => runLvra(words, environment);

  before(async () => {
    server = await startPostgres({ standbys: 1, fsync: true });
    await server.createDatabase('lvra');
    environment = {
      LVRA_DATA_ROOT: join(folder, 'data'),
      LVRA_LEDGER: server.address('lvra'),
      LVRA_LEDGER_PASSWORD: POSTGRES_PASSWORD,
      LVRA_SIMULATE_COUNT: '300',
      LVRA_SOURCE: 'simulate',
      LVRA_DRY_RUN: 'yes',
    };
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test('makes it, runs the whole pipeline on it, and finds all as promised', async () => {
    const made = await lvra('init');
    assert.match(
      made.stdout,
      /is ready: database postgres:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/lvra, VRA r0b/,
      made.stderr,
    );
    const ran = await lvra('run', '--once');
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^300 alerts in, \d+ scored, \d+ annotated in/m);
    const verified = await lvra('verify', '--scores');
    assert.match(verified.stdout, /All is as promised\./, verified.stdout + verified.stderr);
    assert.ok(!existsSync(log()));
  });

  test('exports every score of it', async () => {
    const day = (ahead: number) => nightAt(Date.now() + ahead * 86_400_000).name;
    const nights = ['--from', day(-1), '--to', day(1)];
    const exported = await lvra('export', 'scores', ...nights, '--format', 'ndjson', '--out', join(folder, 'nights'));
    assert.equal(exported.code, 0, exported.stderr);
    const paths = [...exported.stdout.matchAll(/^\d{8} {2}[\d,]+ rows?, .*: (.*)$/gm)].map(
      ([, path]) => path as string,
    );
    const lines = paths.flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'));
    const found = lines
      .map((line) => JSON.parse(line))
      .map(({ provenanceId, diaObjectId, diaSourceId, score, fate }) => {
        return { id: provenanceId, object: diaObjectId, source: diaSourceId, score, fate };
      });
    const sql = `SELECT p.ID AS id, diaObjectId AS object, diaSourceId AS source, score, outcome AS fate
      FROM provenance p JOIN annotation_outcome ON provenance_ID = p.ID ORDER BY stem, p.ID`;
    assert.deepEqual(found, await server.hosts[0]!.query(sql, 'lvra'));
    assert.ok(found.length > 200, `${found.length}`);
  });

  test('leaves copies of the database to its server, and moves files that a restored one does not know', async () => {
    const backup = await lvra('backup');
    assert.match(backup.stderr, /is on a server: back up its database there/);
    const copy = await lvra('restore', join(folder, 'data', 'db', 'log_schema.sql'));
    assert.match(copy.stderr, /restore its database there first/);
    const restored = await lvra('restore');
    assert.match(restored.stdout, /0 files of 0 stems that the ledger does not know/, restored.stderr);
    assert.deepEqual([backup.code, copy.code, restored.code], [2, 2, 0]);
  });

  test('says what is wrong with the password, in words without it', async () => {
    const { code, stderr } = await runLvra(['status'], { ...environment, LVRA_LEDGER_PASSWORD: 'not-this-one' });
    assert.equal(code, 2);
    assert.match(stderr, /password authentication failed for user "lvra"/);
    assert.doesNotMatch(stderr, /not-this-one/);
  });

  test('moves it to a file and back, and the work goes on in each', async () => {
    const back = await lvra('ledger', 'move', '--back');
    assert.match(back.stdout, /The ledger is now \S+log\.db: \d+ tables compared, all rows are the same/, back.stderr);
    assert.match((await lvra('status')).stderr, /was moved to \S+log\.db, and is not used any more/);
    const { LVRA_LEDGER: __, LVRA_LEDGER_PASSWORD: _, ...inFile } = environment;
    const onFile = (...words: string[]) => runLvra(words, { ...inFile, LVRA_SIMULATE_SEED: '2' });
    const verified = await onFile('verify');
    assert.match(verified.stdout, /All is as promised\./, verified.stdout + verified.stderr);
    assert.equal((await onFile('run', '--once')).code, 0);

    await server.createDatabase('again');
    environment.LVRA_LEDGER = server.address('again');
    const tooEarly = await lvra('run', '--once');
    assert.match(
      tooEarly.stderr,
      /there is a ledger at \S+log\.db, and the settings name postgres:.* run `\S*lvra ledger move`/,
    );
    const moved = await lvra('ledger', 'move');
    assert.match(moved.stdout, /^provenance\s+\d+ {2}[0-9a-f]{16}$/m, moved.stderr);
    assert.match((await onFile('run', '--once')).stderr, /log\.db was moved to postgres:/);
    environment.LVRA_SIMULATE_SEED = '3';
    assert.equal((await lvra('run', '--once')).code, 0);
  });
});
