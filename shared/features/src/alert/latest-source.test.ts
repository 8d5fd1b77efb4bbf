import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { JsonCursor } from '@lvra/alerts';
import { messageText, simpleMessage } from '../testing/messages.js';
import { AlertView, readAlert } from './alert.js';
import { latestSource } from './latest-source.js';

const REAL = new URL('../../../../../shared/real/alerts-20260202.ndjson', import.meta.url);

function latestOf(text: string) {
  const bytes = Buffer.from(text);
  const view = new AlertView();
  readAlert(new JsonCursor().reset(bytes), bytes, view);
  return latestSource(view);
}

interface PlainSource {
  readonly midpointMjdTai: number;
  readonly ra: number;
  readonly decl: number;
  readonly psfFlux: number;
  readonly band: string;
}

describe('the latest source', () => {
  test('of every real alert is where, and as bright, as JSON.parse reads it', () => {
    const lines = readFileSync(REAL, 'utf8').split('\n').filter(Boolean);
    let alerts = 0;
    for (const line of lines) {
      const { alert } = JSON.parse(line.replaceAll(/\b-?(NaN|Infinity)\b/g, 'null')) as {
        alert?: { diaSourcesList: PlainSource[] };
      };
      if (!alert) continue;
      alerts++;
      const [{ ra, decl, psfFlux, band }] = alert.diaSourcesList.toSorted(
        (a, b) => b.midpointMjdTai - a.midpointMjdTai,
      ) as [PlainSource];
      assert.deepEqual(latestOf(line), { ra, decl, psfFlux, band });
    }
    assert.equal(alerts, 43);
  });

  test('is the newest of its list, in any order', () => {
    const older = { midpointMjdTai: '61000.1', ra: '1.5', decl: '-2.5', psfFlux: '3', band: '"g"' };
    const newer = { midpointMjdTai: '61000.2', ra: '1.25', decl: '-2.25', psfFlux: '-4e2', band: '"z"' };
    for (const list of [
      [older, newer],
      [newer, older],
    ]) {
      assert.deepEqual(latestOf(messageText({}, list)), { ra: 1.25, decl: -2.25, psfFlux: -400, band: 'z' });
    }
  });

  test('has nothing where the alert says nothing that can be kept', () => {
    const nothing = { ra: undefined, decl: undefined, psfFlux: undefined, band: undefined };
    assert.deepEqual(latestOf(simpleMessage({}, { psfFlux: 'null' })), nothing);
    assert.deepEqual(
      latestOf(simpleMessage({}, { psfFlux: 'NaN', ra: 'Infinity', decl: '"north"', band: 'null' })),
      nothing,
    );
    for (const band of ['"\\u0000"', '"rr"', '""', '7', '["r"]', '"x"', '"é"', JSON.stringify('r'.repeat(100_000))]) {
      assert.equal(latestOf(simpleMessage({}, { band })).band, undefined, band.slice(0, 20));
    }
    for (const band of 'ugrizy') assert.equal(latestOf(simpleMessage({}, { band: `"${band}"` })).band, band);
  });
});
