import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { reference } from '@lvra/core/testing/reference';
import { nightNamed } from '@lvra/operations';
import { astropyPython } from '@lvra/test-servers/tools';
import { PastNights } from '../testing/past-nights.js';
import { NIGHT_TABLES } from './index.js';
import { labels } from './labels.js';
import { knownColumn } from './source-columns.js';
import { training } from './training.js';

const UNKNOWN_TO_ASTROPY = `
import json, sys
from astropy import units
from astropy.io.votable import ucd

unknown = []
for column in json.load(sys.stdin):
    if column["ucd"] and not ucd.check_ucd(column["ucd"], check_controlled_vocabulary=True):
        unknown.append(f'{column["name"]}: UCD {column["ucd"]}')
    try:
        units.Unit(column["unit"] or "", format="vounit")
    except ValueError as error:
        unknown.append(f'{column["name"]}: unit {error}')
json.dump(unknown, sys.stdout)`;

test('every column of every table is described, with a unit and a UCD that astropy knows, if any', async (t) => {
  const { source } = await PastNights.empty(t);
  const which = { night: nightNamed('20260310'), vra: undefined };
  await source.ledger.labels.add([{ diaObjectId: 17n, label: 'real', who: 'ada', at: 0 }]);
  const r0b = { modelName: 'r0b', features: 'r0b', positiveLabels: ['real'], negativeLabels: ['bogus'] };
  const ofNight = await Promise.all(Object.values(NIGHT_TABLES).map((make) => make(source, which)));
  const tables = [...ofNight, labels(source.ledger), await training(source, r0b)];
  const features = reference.columns.map((name) => knownColumn(name) ?? assert.fail(`${name} is not known`));
  const columns = [...tables.flatMap((table) => table.columns), ...features];
  assert.ok(columns.length > 190, `${columns.length}`);
  const options = { input: JSON.stringify(columns), encoding: 'utf8' } as const;
  assert.deepEqual(JSON.parse(execFileSync(astropyPython(), ['-c', UNKNOWN_TO_ASTROPY], options)), []);
  for (const { name, description } of columns) assert.match(description, /^[A-Z].*\.$/i, name);
  for (const { columns: own } of tables) assert.equal(new Set(own.map(({ name }) => name)).size, own.length);
});
