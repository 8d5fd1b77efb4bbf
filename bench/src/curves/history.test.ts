import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedAlerts } from '../alerts.js';
import { withSources } from './history.js';

const IDS = /"(dia\w+Id)": (\d{16,})/g;
const read = (text: string) => JSON.parse(text.replaceAll('NaN', 'null').replace(IDS, '"$1": "$2"'));

test('an alert is given as many of its own sources as are wanted, its newest last, and stays as it was otherwise', () => {
  for (const alert of simulatedAlerts(30)) {
    const before = read(alert.text);
    const own = before.alert.diaSourcesList;
    for (const sources of [1, 5, own.length, 100]) {
      const after = read(withSources(alert, sources).text);
      const made = after.alert.diaSourcesList;
      assert.equal(made.length, sources);
      assert.equal(made.at(-1).diaSourceId, String(alert.diaSourceId));
      assert.equal(new Set(made.map(JSON.stringify)).size, Math.min(sources, own.length));
      assert.deepEqual({ ...after, alert: { ...after.alert, diaSourcesList: own } }, before);
    }
  }
});
