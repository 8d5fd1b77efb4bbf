import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AlertRejected } from '@lvra/shared/errors';
import { JsonCursor } from '@lvra/shared/json/cursor';
import { AlertView, readAlert } from './alert.js';
import { FeatureTable } from './feature-table.js';
import { simpleMessage } from './testing/messages.js';
import { thresholdFlags } from './thresholds.js';

test('names that no file can hold make one column, not several of one name', () => {
  const table = new FeatureTable();
  const view = new AlertView();
  ['a\0', 'a\ud800', 'a\ufffd'].forEach((name, position) => {
    const bytes = Buffer.from(`${simpleMessage({ [name]: '1' })} `);
    readAlert(new JsonCursor().reset(bytes), bytes, view);
    table.add(view, position, thresholdFlags(view.fluxes, view.times, view.times[view.latest] as number));
  });
  const [header = ''] = Buffer.concat([...table.chunks()])
    .toString()
    .split('\n');
  assert.equal(header.split(',').filter((name) => name === 'a\ufffd').length, 1);
});

describe('an alert that would make the file unreadable for everybody', () => {
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, n) => [`unheardOf${n}`, '1']));
  for (const [name, message] of [
    ['with a text of 300 kB', simpleMessage({ unheardOf: JSON.stringify('x'.repeat(300_000)) })],
    ['with a thousand fields', simpleMessage(many)],
    ['with a field of an endless name', simpleMessage({ ['x'.repeat(300)]: '1' })],
  ] as const) {
    test(`${name} is refused, and the others stand`, () => {
      const table = new FeatureTable();
      const view = new AlertView();
      const cursor = new JsonCursor();
      const add = (text: string, position: number) => {
        const bytes = Buffer.from(`${text} `);
        readAlert(cursor.reset(bytes), bytes, view);
        table.add(view, position, thresholdFlags(view.fluxes, view.times, view.times[view.latest] as number));
      };
      add(simpleMessage(), 0);
      assert.throws(
        () => add(message, 1),
        (error) => error instanceof AlertRejected && error.reason === 'too_large',
      );
      add(simpleMessage(), 2);
      const lines = Buffer.concat([...table.chunks()])
        .toString()
        .trimEnd()
        .split('\n');
      assert.deepEqual(
        lines.map((line) => line.split(',')[0]),
        ['index', '0', '2'],
      );
      assert.equal(new Set(lines.map((line) => line.split(',').length)).size, 1);
    });
  }
});
