import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from '@lvra/ledger/testing/look-inside';
import { connectionOf } from '@lvra/ledger/testing/sqlite';
import { ScoredNights } from '../../testing/scored-nights.js';

const ADD = fileURLToPath(new URL('../../../../../../shared/cases/verify-odd-stem/add.sql', import.meta.url));
const ODD = '20260230_000000';

interface Report {
  readonly findings: readonly { stem?: string; what: string; todo: string }[];
  readonly counts: { stems: number; scores: number };
}

describe('rows whose names are no stems', () => {
  let nights: ScoredNights;
  const empty = ScoredNights.empty({ after });
  before(async () => {
    nights = await empty;
    assert.equal((await nights.run(['init'])).code, 0);
    await nights.look(async (ledger) => connectionOf(ledger).exec(readFileSync(ADD, 'utf8')));
    await nights.simulate(20, 10);
  });

  const verified = async (): Promise<Report> => JSON.parse((await nights.run(['verify', '--json'])).stdout);

  test('do not keep the stages from their work', async () => {
    const stems = (await nights.stems()).filter((stem) => stem !== ODD);
    assert.equal(stems.length, 2);
    const done = (await nights.rows('SELECT stem FROM annotating WHERE r0b IN (1, -1) ORDER BY stem')).flat();
    assert.deepEqual(done, [ODD, ...stems]);
  });

  test('are one finding each, and everything else is checked', async () => {
    const { findings, counts } = await verified();
    assert.deepEqual(
      findings.map(({ stem, todo }) => [stem, todo]),
      [[ODD, `\`lvra forget stem ${ODD}\``]],
    );
    assert.equal(counts.stems, 2);
    assert.ok(counts.scores > 0);
  });

  test('can be looked at and tried again by their names', async () => {
    const shown = await nights.run(['stem', ODD]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^annotate +r0b +1 +done/m);
    const retried = await nights.run(['retry', ODD]);
    assert.match(retried.stderr, /is done: write --force/);
    for (const command of ['stem', 'retry']) {
      const unknown = await nights.run([command, '20260231_000000']);
      assert.equal(unknown.code, 2);
      assert.match(unknown.stderr, /^lvra: "20260231_000000" is not a stem: write YYYYMMDD_HHMMSS$/m);
    }
  });

  test('are left out of a backfill, which comes to its end', async () => {
    const { code, stdout, stderr } = await nights.backfill('r0b', '--stage', 'feature');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^2 stems to be done by r0b,.*\n1 stem left out: the name is no stem, see `lvra verify`\.$/m);
    const ran = await nights.workOff();
    assert.equal(ran.code, 0, ran.stdout);
  });

  test('go by lvra forget, which takes nothing that a stem has', async () => {
    const [stem] = (await nights.stems()).filter((name) => name !== ODD);
    const kept = await nights.run(['forget', 'stem', String(stem)]);
    assert.equal(kept.code, 2);
    assert.match(kept.stderr, new RegExp(`${stem} stays: batch, `));
    // NULL, and bytes that are no text; and a name that a shell would not take for one word.
    await nights.look((ledger) =>
      execute(ledger, "INSERT INTO predict (stem, r0b) VALUES (NULL, 1), (x'00ff', 1), ('it''s *', 0)"),
    );
    const { findings } = await verified();
    assert.deepEqual(
      findings.map(({ todo }) => todo),
      [`\`lvra forget stem -- 'it'\\''s *'\``, '`lvra forget unnamed`', `\`lvra forget stem ${ODD}\``],
    );
    for (const words of [['stem', '--', "it's *"], ['unnamed'], ['stem', ODD]]) {
      const { code, stderr } = await nights.run(['forget', ...words]);
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual((await verified()).findings, []);
    assert.equal((await nights.run(['forget', 'unnamed'])).code, 2);
  });

  test('a score goes with its outcome, and comes back by lvra retry', async () => {
    const before = await nights.rows('SELECT stem, diaSourceId, score FROM provenance ORDER BY stem, diaSourceId');
    const [[id, stem] = []] = await nights.rows('SELECT ID, stem FROM provenance ORDER BY ID LIMIT 1');
    assert.equal((await nights.run(['forget', 'scores', String(id), '999999'])).code, 2, 'all or nothing');
    assert.equal((await nights.run(['forget', 'scores', String(id)])).code, 0);
    assert.deepEqual(await nights.rows(`SELECT * FROM annotation_outcome WHERE provenance_ID = ${id}`), []);
    assert.equal((await nights.run(['retry', String(stem), '--force'])).code, 0);
    assert.equal((await nights.run(['run', '--once', '--source', 'none'])).code, 0);
    const now = await nights.rows('SELECT stem, diaSourceId, score FROM provenance ORDER BY stem, diaSourceId');
    assert.deepEqual(now, before);
    const checked = await nights.run(['verify', '--sandbox', nights.sandbox.endpoint]);
    assert.equal(checked.code, 0, checked.stdout);
  });
});
