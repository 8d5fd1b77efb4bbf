import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AlertFile } from './alert-file.js';
import { alertStream, benchAlerts } from './alerts.js';

describe('alerts on disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-alert-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('they come back as they were, over the end of what is read at once', () => {
    const alerts = Array.from({ length: 257 }, (_, i) => Buffer.from(`alert ${i} ${'x'.repeat(i)}`));
    const file = AlertFile.write(folder, alerts);
    assert.equal(file.count, 257);
    assert.equal(
      file.bytes(),
      alerts.reduce((sum, { length }) => sum + length, 0),
    );
    assert.deepEqual([...file.read()], alerts);
    assert.deepEqual([...file.read(99, 102)], alerts.slice(99, 102));
    assert.equal(file.bytes(99, 100), (alerts[99] as Buffer).length);
    assert.throws(() => [...file.read(250, 258)], RangeError);
    file.close();
  });

  test('a file that was cut is an error and not a wait', () => {
    const file = AlertFile.write(folder, [Buffer.from('one'), Buffer.from('two')]);
    truncateSync(join(folder, 'alerts'), 4);
    assert.throws(() => [...file.read()], /was cut/);
    file.close();
  });
});

test('the alerts of a run are the same every time, and have the sizes of real ones', () => {
  const alerts = benchAlerts(200);
  assert.deepEqual([...alertStream(200)], alerts);
  const sizes = alerts.map(({ length }) => length);
  const mean = sizes.reduce((a, b) => a + b) / sizes.length;
  assert.ok(mean > 35_000 && mean < 46_000, `${mean} bytes in the mean`);
  assert.ok(Math.min(...sizes) > 7_000 && Math.max(...sizes) < 260_000);
});
