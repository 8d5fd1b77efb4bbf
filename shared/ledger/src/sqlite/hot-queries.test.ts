import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { STAGES } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { filledObjects, fillLedger } from '../testing/large-ledger.js';
import { questionsOf } from '../testing/ledger-questions.js';
import { LedgerStages, VRA } from '../testing/ledger-stages.js';
import { newLedger } from '../testing/ledgers.js';
import { valuesIn } from '../testing/look-inside.js';
import { fullReads, readsAll } from '../testing/plans/full-reads.js';
import { planOf, statementsOf } from '../testing/plans/statements.js';

describe('a ledger that has grown', () => {
  test('is never read from end to end by what a service does again and again', async (t) => {
    const ledger = await newLedger(t, [VRA]);
    const size = { stems: 100, alertsAStem: 5, sourcesAnObject: 3 };
    fillLedger(ledger, size);
    const stages = new LedgerStages(ledger, 0);
    const batch = { number: size.stems, alerts: 5, objects: filledObjects(size) };
    const work = async () => {
      await stages.run(batch);
      for (const stage of STAGES) await stages.lookAround(stage);
      for (const { by, ask } of await questionsOf(ledger)) if (by === 'service') await ask();
    };
    const asked = await statementsOf(work);
    assert.ok(asked.length > 50, `${asked.length} statements`);
    const found = fullReads(ledger, asked);
    assert.deepEqual(found, []);
  });

  test('tells lvra status how it stands in less than a step of SQLite for each stem', async (t) => {
    const ledger = await newLedger(t, [VRA]);
    const stems = 2_000;
    fillLedger(ledger, { stems, alertsAStem: 5, sourcesAnObject: 3 });
    const status = (await questionsOf(ledger)).find(({ question }) => question.startsWith('lvra status'));
    assert.ok(status);
    const asked = await statementsOf(status.ask);
    assert.ok(asked.length > 10, `${asked.length} statements`);
    const steps = runPython(
      `
import json, sqlite3, sys
steps = 0
def step():
    global steps
    steps += 1
connection = sqlite3.connect(sys.argv[1])
connection.execute('SELECT count(*) FROM work').fetchall()
connection.set_progress_handler(step, 1)
for statement in json.load(sys.stdin):
    connection.execute(statement['sql'], statement['values']).fetchall()
print(steps)`,
      JSON.stringify(asked),
      ledger.name,
    );
    assert.ok(Number(steps) > asked.length, steps);
    assert.ok(Number(steps) < stems, `${steps} steps for ${stems} stems`);
  });

  test('is verified page by page, each of which reads no more than its own rows', async (t) => {
    const ledger = await newLedger(t, [VRA]);
    fillLedger(ledger, { stems: 20, alertsAStem: 5, sourcesAnObject: 3 });
    const asked = await statementsOf(async () => {
      for (const { by, ask } of await questionsOf(ledger)) if (by === 'verify') await ask();
    });
    assert.ok(asked.length > 10, `${asked.length} statements`);
    for (const { sql } of asked) {
      const plan = planOf(ledger, sql);
      const sorts = plan.filter((step) => sql.includes('LIMIT') && step.includes('TEMP B-TREE'));
      assert.deepEqual([...readsAll(sql, plan), ...sorts], [], sql);
    }
  });

  test('a question that reads all of a table is found out', async (t) => {
    const ledger = await newLedger(t, [VRA]);
    const asked = await statementsOf(() => valuesIn(ledger, 'SELECT ID FROM provenance WHERE score > ?', 0.5));
    const sql = asked.map((each) => each.sql).find((each) => each.includes('provenance')) as string;
    assert.deepEqual(readsAll(sql, planOf(ledger, sql)), ['SCAN provenance']);
  });
});

test('an object is looked up by an index, however many scores there are', async (t) => {
  const ledger = await newLedger(t);
  const plan = planOf(ledger, 'SELECT * FROM provenance p WHERE p.diaObjectId = ?');
  assert.match(plan.join(), /SEARCH p USING INDEX provenance_by_object/);
});
