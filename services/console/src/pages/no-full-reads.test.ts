import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filledObjectId, fillLedger } from '@lvra/ledger/testing/large-ledger';
import { fullReads } from '@lvra/ledger/testing/plans/full-reads';
import { statementsOf } from '@lvra/ledger/testing/plans/statements';
import { testFolder } from '../testing/data-folder.js';

test('no page reads a table that grows from end to end, however it is asked for', async (t) => {
  const { console, ledger } = await testFolder(t);
  fillLedger(ledger, { stems: 100, alertsAStem: 5, sourcesAnObject: 3 });
  const [newest] = await ledger.recent.newest(['r0b'], {}, 1);
  const object = filledObjectId(0);
  const paths = [
    ...['/', '/?only=failed', '/?only=pending', '/?only=dead', `/?before=${newest!.stem}`],
    ...[`/stems/${newest!.stem}`, '/quarantine', '/quarantine?all=yes&reason=not_json&stage=feature', '/quarantine/1'],
    ...['/candidates', '/candidates?rows=sources&fate=accepted&min=0.5', `/objects/${object}`],
    ...[`/objects/${object}/light-curve`, '/models', '/models/r0b', `/search?q=${object}`, '/search?q=1.5+-3.5'],
  ];
  const asked = await statementsOf(async () => {
    for (const path of paths) assert.ok((await console.ask(path)).status < 400, path);
  });
  assert.ok(asked.length > 30, `${asked.length} statements`);
  assert.deepEqual(fullReads(ledger, asked), []);
});
