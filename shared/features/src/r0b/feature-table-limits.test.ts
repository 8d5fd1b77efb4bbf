import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { JsonCursor } from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import { AlertView, readAlert } from '../alert/alert.js';
import { simpleMessage } from '../testing/messages.js';
import { FeatureTable } from './feature-table.js';
import { thresholdFlags } from './thresholds.js';

const CASES = new URL('../../../../../shared/cases/', import.meta.url);

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

describe('an alert that would make the file unreadable', () => {
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, n) => [`unheardOf${n}`, '1']));
  for (const [name, message] of [
    ['with a text of 300 kB', simpleMessage({ unheardOf: JSON.stringify('x'.repeat(300_000)) })],
    ['with a thousand fields', simpleMessage(many)],
    ['with a field of an endless name', simpleMessage({ ['x'.repeat(300)]: '1' })],
  ] as const) {
    test(`${name} is rejected, and the others stay`, () => {
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

describe('unknown columns', () => {
  /** The file made of messages, and its remark. */
  function fileOf(messages: readonly string[], wanted?: ReadonlySet<string>) {
    const table = new FeatureTable(wanted);
    const view = new AlertView();
    const cursor = new JsonCursor();
    const refused: number[] = [];
    messages.forEach((text, position) => {
      const bytes = Buffer.from(`${text} `);
      try {
        readAlert(cursor.reset(bytes), bytes, view);
        table.add(view, position, thresholdFlags(view.fluxes, view.times, view.times[view.latest] as number));
      } catch (error) {
        if (!(error instanceof AlertRejected)) throw error;
        refused.push(position);
      }
    });
    const file = Buffer.concat([...table.chunks()]).toString();
    const [header = '', ...rows] = file.trimEnd().split('\n');
    const columns = header.split(',');
    const cell = (row: number, name: string) => rows[row]?.split(',')[columns.indexOf(name)];
    return { columns, rows, cell, refused, remark: table.remark };
  }

  const named = (count: number, prefix: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, '1']));

  test('put the message with too many of them aside alone, and its neighbours have all theirs', () => {
    const lines = readFileSync(new URL('bad-neighbour/many-columns-first.ndjson', CASES), 'utf8').trimEnd().split('\n');
    const { rows, columns, refused } = fileOf(lines);
    assert.deepEqual(refused, [0]);
    assert.equal(rows.length, 3);
    assert.ok(!columns.includes('c0') && columns.includes('reliability') && columns.includes('latestR'));
  });

  test('of many messages take no room from those that Rubin, Lasair or a model knows', () => {
    const greedy = Array.from({ length: 5 }, (_, n) => simpleMessage(named(700, `m${n}_`)));
    const good = simpleMessage({ latestR: '0.5', extra: '7', another: '8' }, { reliability: '0.9', snr: '6' });
    const { rows, columns, cell, refused, remark } = fileOf([...greedy, good, ...greedy], new Set(['extra']));
    assert.deepEqual(refused, []);
    assert.deepEqual(
      ['latestR', 'extra', 'reliability', 'snr'].map((name) => cell(5, name)),
      ['0.5', '7', '0.9', '6'],
    );
    assert.ok(columns.length < 1_000 && !columns.includes('another'), `${columns.length} columns`);
    assert.ok(rows.every((row) => row.split(',').length === columns.length));
    assert.match(remark ?? '', /m1_100 is left out/);
  });

  test('make no header that predict would reject, whatever their names are', () => {
    const long = (n: number) => `${n}`.padEnd(66, '\ufffd');
    const { columns, refused } = fileOf([
      simpleMessage(Object.fromEntries(Array.from({ length: 700 }, (_, n) => [long(n), '1']))),
      simpleMessage({ ['\ufffd'.repeat(67)]: '1' }),
    ]);
    assert.deepEqual(refused, [1]);
    assert.ok(Buffer.byteLength(columns.join()) < 256 * 1024);
  });
});
