import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { STAGES } from '@lvra/core';
import { type Postgres, startPostgres } from '@lvra/test-servers/postgres';
import pg from 'pg';
import { Ledger } from '../ledger.js';
import { addRowsToChange, everyTransaction } from '../testing/every-transaction.js';
import { questionsOf } from '../testing/ledger-questions.js';
import { LedgerStages, VRA } from '../testing/ledger-stages.js';
import { serverOf } from '../testing/postgres.js';

/** Tables that do not grow with the alerts, or of which rows go again. */
const SMALL = new Set([
  ...[
    'work',
    'stage_pause',
    'lasair_call',
    'score_count',
    'kafka_position',
    'kafka_seen',
    'annotated_minute',
    'backfill',
  ],
  ...['data_folder', 'quarantine', 'tns_report', 'tns_submission', 'lvra_migration'],
]);
/** Indexes of the few rows that are still of interest. */
const FEW = /_(open|partial)_r0b$|^(quarantine_open|quarantine_pruned|batch_unregistered)$/;

/** Asked once an hour, of the stems at -1; where there are next to none, as here, anything is quick. */
const OF_PARTIAL_STEMS = /FROM annotating own WHERE "r0b" = -1/;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

/** The steps that read all of a table that grows. */
function readsAll(plan: Plan, isLimited = false): string[] {
  const limited = isLimited || plan['Node Type'] === 'Limit';
  const inner = (plan.Plans ?? []).flatMap((each) => readsAll(each, limited));
  const table = plan['Relation Name'];
  if (table === undefined || SMALL.has(table)) return inner;
  // Rows that are changed, or found by the index of the step below.
  if (['ModifyTable', 'Bitmap Heap Scan'].includes(plan['Node Type'])) return inner;
  const index = plan['Index Name'];
  if (index !== undefined && (plan['Index Cond'] !== undefined || FEW.test(index) || limited)) return inner;
  return [`${plan['Node Type']} of ${table} by ${index}`, ...inner];
}

/** What is executed on any connection meanwhile, by the names under which the server keeps it. */
async function executed(t: TestContext, work: () => Promise<void>): Promise<Map<string, string>> {
  const statements = new Map<string, string>();
  const { query } = pg.Client.prototype;
  const record = function (this: pg.Client, ...words: unknown[]) {
    const { name, text } = words[0] as { name?: string; text?: string };
    if (name !== undefined && text !== undefined) statements.set(name, text);
    return Reflect.apply(query, this, words);
  };
  const { mock } = t.mock.method(pg.Client.prototype, 'query', record as typeof query);
  await work();
  mock.restore();
  return statements;
}

describe('the statements of the ledger on PostgreSQL', () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres({ fsync: false });
  });
  after(() => server.stop());

  async function newLedger(t: TestContext, name: string): Promise<Ledger> {
    await server.createDatabase(name);
    const ledger = await Ledger.open(serverOf(server.address(name)), [VRA], { create: true });
    t.after(() => ledger.close());
    return ledger;
  }

  /** A connection that has prepared the statements. */
  async function preparing(t: TestContext, name: string, statements: ReadonlyMap<string, string>): Promise<pg.Client> {
    const { hosts, user, password } = serverOf(server.address(name));
    const client = new pg.Client({ ...hosts[0], user, password: password?.(), database: name });
    await client.connect();
    t.after(() => client.end());
    for (const [each, text] of statements) await client.query(`PREPARE "${each}" AS ${text}`);
    return client;
  }

  const all = async (ledger: Ledger, isWanted: (by: string) => boolean) => {
    for (const { by, question, ask } of await questionsOf(ledger)) {
      if (isWanted(by) && question !== 'opening the ledger') await ask();
    }
  };

  test('take no value for a number of 32 bits', async (t) => {
    const ledger = await newLedger(t, 'types');
    await addRowsToChange(ledger);
    const statements = await executed(t, async () => {
      await everyTransaction(ledger);
      const stages = new LedgerStages(ledger, 0);
      for (let number = 0; number < 3; number++) await stages.run({ number, alerts: 5, objects: 7 });
      for (const stage of STAGES) await stages.lookAround(stage);
      await all(ledger, () => true);
    });
    assert.ok(statements.size > 150, `${statements.size} statements`);
    const client = await preparing(t, 'types', statements);
    const { rows } = await client.query('SELECT statement, parameter_types::text AS types FROM pg_prepared_statements');
    assert.equal(rows.length, statements.size);
    assert.deepEqual(
      rows.filter(({ types }) => /\b(integer|smallint)\b/.test(types)),
      [],
    );
  });

  test('that services execute again and again read no table from end to end', async (t) => {
    const ledger = await newLedger(t, 'plans');
    const stages = new LedgerStages(ledger, 0);
    const statements = await executed(t, async () => {
      for (let number = 0; number < 10; number++) await stages.run({ number, alerts: 20, objects: 150 });
      for (const stage of STAGES) await stages.lookAround(stage);
      await all(ledger, (by) => by === 'service');
    });
    assert.ok(statements.size > 60, `${statements.size} statements`);
    const client = await preparing(t, 'plans', statements);
    await client.query('ANALYZE');
    // Tables of a test are small, and are read whole where nothing else is said.
    const off = ['seqscan', 'mergejoin', 'hashjoin'].map((way) => `SET enable_${way} = off`);
    await client.query(['SET plan_cache_mode = force_generic_plan', ...off].join('; '));
    const found: string[] = [];
    for (const [name, text] of statements) {
      if (OF_PARTIAL_STEMS.test(text)) continue;
      const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
      const values = count > 0 ? `(${Array.from({ length: count }, () => 'NULL').join(', ')})` : '';
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE "${name}"${values}`);
      const steps = readsAll(rows[0]['QUERY PLAN'][0].Plan as Plan);
      if (steps.length > 0) found.push(`${steps.join('; ')}: ${text}`);
    }
    assert.deepEqual(found, []);
  });
});
