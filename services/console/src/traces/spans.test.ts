import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { EndedStem } from '@lvra/operations';
import { spansOf, traceIdOf } from './spans.js';

const STEM: EndedStem = {
  ...{ stem: '20260422_041502', alerts: 250, isDone: true, begins: '2026-04-22T04:15:01.500Z' },
  spans: [
    { stage: 'received', vra: null, from: 0, to: 500, status: null, rows: null, detail: null },
    { stage: 'consumer', vra: null, from: 500, to: 530.25, status: 1, rows: 250, detail: null },
    { stage: 'predict', vra: 'r0b', from: 600, to: 605, status: 31, rows: 0, detail: 'columns are missing' },
    { stage: 'predict', vra: 'r0b', from: 900, to: 910, status: -1, rows: 249, detail: null },
    { stage: 'annotate', vra: 'r0b', from: 1_000, to: 1_400.5, status: 1, rows: 249, detail: '249 accepted' },
  ],
};

describe('the trace of a stem', () => {
  const [root, ...children] = spansOf(STEM);

  test('is found by the name of the stem', () => {
    const expected = createHash('sha256').update('20260422_041502').digest('hex').slice(0, 32);
    assert.equal(traceIdOf(STEM.stem), expected);
    assert.ok([root, ...children].every((span) => span?.traceId === expected));
  });

  test('has one span for all of it, and one below it for each thing that happened', () => {
    assert.deepEqual([root?.name, root?.parentSpanId], ['stem', undefined]);
    assert.deepEqual(
      children.map(({ name, parentSpanId }) => [name, parentSpanId === root?.spanId]),
      [
        ['received', true],
        ['consumer', true],
        ['predict r0b', true],
        ['predict r0b', true],
        ['annotate r0b', true],
      ],
    );
    const ids = new Set([root, ...children].map((span) => span?.spanId));
    assert.equal(ids.size, 6);
    for (const id of ids) assert.match(id ?? '', /^[0-9a-f]{16}$/);
  });

  test('has the same ids whenever it is made, and keeps them when more happens', () => {
    const more = { ...STEM, spans: [...STEM.spans, { ...STEM.spans[4]!, from: 9_000, to: 9_001 }] };
    assert.deepEqual(spansOf(more).slice(1, 6), children);
  });

  test('has times in nanoseconds as text, those of the whole around those of its parts', () => {
    assert.equal(root?.startTimeUnixNano, '1776831301500000000');
    assert.equal(root?.endTimeUnixNano, '1776831302900500000');
    assert.deepEqual(
      [children[1]?.startTimeUnixNano, children[1]?.endTimeUnixNano],
      ['1776831302000000000', '1776831302030250000'],
    );
  });

  test('shows what failed as an error, and what is done in part as none', () => {
    assert.deepEqual(
      children.map(({ status }) => status.code),
      [0, 0, 2, 0, 0],
    );
    assert.equal(root?.status.code, 0);
    assert.equal(spansOf({ ...STEM, isDone: false })[0]?.status.code, 2);
  });

  test('tells rows and details', () => {
    assert.deepEqual(children[2]?.attributes, [
      { key: 'lvra.stage', value: { stringValue: 'predict' } },
      { key: 'lvra.vra', value: { stringValue: 'r0b' } },
      { key: 'lvra.status', value: { intValue: '31' } },
      { key: 'lvra.rows', value: { intValue: '0' } },
      { key: 'lvra.detail', value: { stringValue: 'columns are missing' } },
    ]);
  });

  test('is empty for a stem of which nothing is recorded', () => {
    assert.deepEqual(spansOf({ ...STEM, begins: null, spans: [] }), []);
  });
});
