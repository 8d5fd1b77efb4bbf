import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stemSpans } from './stem-spans.js';

const batch = {
  ...{ consumer: 'me', source: 'kafka', alerts: 3, bytes: 7, abandonedAt: null },
  ...{ oldestReceivedAt: '2026-03-01T04:15:00.000Z', reservedAt: '2026-03-01T04:15:01.500Z' },
  registeredAt: '2026-03-01T04:15:01.600Z',
};
const event = { stem: '20260301_041501', status: 1, rows: 3, detail: undefined } as const;
const events = [
  { ...event, stage: 'consumer', vra: '', at: '2026-03-01T04:15:01.600Z', durationMs: 100 },
  { ...event, stage: 'feature', vra: 'r0b', at: '2026-03-01T04:15:02.000Z', durationMs: 250.5 },
  {
    ...event,
    stage: 'annotate',
    vra: 'r0b',
    at: '2026-03-01T04:15:03.000Z',
    durationMs: undefined,
    detail: '3 accepted',
  },
] as const;

test('a stem is followed from its oldest alert in Kafka to the last thing that happened to it', () => {
  const { begins, spans } = stemSpans({ batch, events });
  assert.equal(begins, '2026-03-01T04:15:00.000Z');
  assert.deepEqual(
    spans.map(({ stage, vra, from, to }) => [stage, vra, from, to]),
    [
      ['received', null, 0, 1_500],
      ['consumer', null, 1_500, 1_600],
      ['feature', 'r0b', 1_749.5, 2_000],
      ['annotate', 'r0b', 3_000, 3_000],
    ],
  );
  assert.deepEqual([spans[3]?.status, spans[3]?.rows, spans[3]?.detail], [1, 3, '3 accepted']);
});

test('alerts that are read again have not waited since Kafka had them, and a stem may have no history', () => {
  const replayed = stemSpans({ batch: { ...batch, source: 'replay' }, events });
  assert.deepEqual([replayed.begins, replayed.spans[0]?.stage], ['2026-03-01T04:15:01.500Z', 'consumer']);
  assert.deepEqual(stemSpans({ batch: null, events: [] }), { begins: null, spans: [] });
});
