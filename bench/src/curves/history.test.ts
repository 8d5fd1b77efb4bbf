import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchAlerts } from '../alerts.js';
import { withSources } from './history.js';

const read = (alert: Buffer) => JSON.parse(alert.toString().replaceAll('NaN', 'null'));

test('an alert is given as many of its own sources as are wanted, and stays as it was otherwise', () => {
  const [alert] = benchAlerts(1) as [Buffer];
  const before = read(alert);
  for (const sources of [1, before.alert.diaSourcesList.length, 100]) {
    const after = read(withSources(alert, sources));
    assert.equal(after.alert.diaSourcesList.length, sources);
    const own = before.alert.diaSourcesList;
    assert.deepEqual(after.alert.diaSourcesList.at(-1), own[(sources - 1) % own.length]);
    assert.deepEqual({ ...after, alert: { ...after.alert, diaSourcesList: own } }, before);
  }
});
