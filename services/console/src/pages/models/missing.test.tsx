import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MissingPart } from './missing.js';

/** What is said of a feature that so many of so many rows lack. */
function verdictOf(atImport: number, missing: number, rows: number): string | undefined {
  const features = [{ feature: 'separation', atImport, now: missing / rows }];
  const page = `${<MissingPart missing={{ stem: '20260422_041502', rows, why: null, features }} />}`;
  return page.match(/gone: no alert has it|more than at import(?=\s*<\/span>)/)?.[0];
}

describe('the missing features of a model', () => {
  test('are gone if no row has them, and so many rows would have some by chance', () => {
    assert.equal(verdictOf(0.566, 2, 2), undefined);
    assert.equal(verdictOf(0.566, 250, 250), 'gone: no alert has it');
    assert.equal(verdictOf(0.95, 20, 20), undefined);
    assert.equal(verdictOf(0.95, 250, 250), 'gone: no alert has it');
    assert.equal(verdictOf(0, 1, 1), 'gone: no alert has it');
  });

  test('are missing more often by over a tenth that is no chance', () => {
    assert.equal(verdictOf(0.5, 7, 10), undefined);
    assert.equal(verdictOf(0.5, 175, 250), 'more than at import');
    assert.equal(verdictOf(0.02, 20, 250), undefined);
    assert.equal(verdictOf(0, 1, 250), undefined);
  });
});
