import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verdictOf } from './answer.js';

const NOW = Date.UTC(2026, 1, 2, 12);
const judge = (status: number, body: string, method: 'annotate' | 'annotatelist', count: number, retryAfter?: string) =>
  verdictOf({ status, body, retryAfter }, method, count, NOW);

describe('an answer of Lasair', () => {
  const throttled =
    '{"message":"Request limit exceeded. Either wait an hour, or see API documentation to increase your limits."}';
  for (const [name, status, body, method, count, kind, end] of [
    ['to a list', 200, '{"status":"success","n":3}', 'annotatelist', 3, 'accepted', 'taken'],
    [
      'to one annotation',
      200,
      '{"status":"success","annotation_topic":"fast_annotations","message":"{}"}',
      'annotate',
      1,
      'accepted',
      'taken',
    ],
    ['that counts fewer', 200, '{"status":"success","n":2}', 'annotatelist', 3, 'failed', 'unanswered'],
    ['without a count', 200, '{"status":"success"}', 'annotatelist', 3, 'failed', 'unanswered'],
    ['without success', 200, '{"status":"queued","n":3}', 'annotatelist', 3, 'failed', 'unanswered'],
    ['that is a page', 200, '<html>back soon</html>', 'annotatelist', 3, 'failed', 'unanswered'],
    ['that is null', 200, 'null', 'annotate', 1, 'failed', 'unanswered'],
    ['that is empty', 200, '', 'annotate', 1, 'failed', 'unanswered'],
    ['201', 201, '{"status":"success","n":3}', 'annotatelist', 3, 'not-lasair', 'refused'],
    ['that moves on', 301, '', 'annotatelist', 3, 'not-lasair', 'refused'],
    ['to no token', 401, '{"detail":"Invalid token."}', 'annotatelist', 3, 'token-refused', 'refused'],
    ['to no permission', 403, '{"detail":"no"}', 'annotatelist', 3, 'token-refused', 'refused'],
    [
      'to an unknown topic',
      400,
      '{"error":"Annotator error: topic X does not exist"}',
      'annotatelist',
      3,
      'annotator-refused',
      'refused-midway',
    ],
    [
      'to a bad field',
      400,
      '{"classification":["This field may not be blank."]}',
      'annotatelist',
      3,
      'item-refused',
      'refused-midway',
    ],
    [
      'to a bad field of one',
      400,
      '{"classification":["This field may not be blank."]}',
      'annotatelist',
      1,
      'item-refused',
      'refused',
    ],
    ['to unreadable JSON', 400, '{"detail":"JSON parse error"}', 'annotate', 1, 'item-refused', 'refused'],
    ['400 that is a page', 400, '<h1>Bad Request (400)</h1>', 'annotatelist', 3, 'item-refused', 'refused-midway'],
    [
      'whose queue is full',
      400,
      '{"error":"Kafka production failed: Local: Queue full\\n"}',
      'annotatelist',
      3,
      'failed',
      'refused-midway',
    ],
    ['whose queue is full, to one', 400, '{"error":"Kafka production failed: x"}', 'annotate', 1, 'failed', 'refused'],
    ['that knows no lists', 404, '<h1>Not Found</h1>', 'annotatelist', 3, 'no-lists', 'refused'],
    ['that allows no lists', 405, '{"detail":"no"}', 'annotatelist', 3, 'no-lists', 'refused'],
    ['that knows no annotate', 404, '<h1>Not Found</h1>', 'annotate', 1, 'not-lasair', 'refused'],
    ['to too much', 413, '', 'annotatelist', 3, 'item-refused', 'refused'],
    ['that is throttled', 429, throttled, 'annotatelist', 3, 'throttled', 'refused'],
    ['with an error', 500, '<h1>Server Error (500)</h1>', 'annotatelist', 3, 'failed', 'unanswered'],
    ['of a gateway', 502, '', 'annotatelist', 3, 'failed', 'unanswered'],
    ['that is late', 504, '', 'annotatelist', 3, 'failed', 'unanswered'],
  ] as const) {
    test(`${name} is ${kind}, ${end}`, () => {
      const verdict = judge(status, body, method, count);
      assert.deepEqual([verdict.kind, verdict.end], [kind, end]);
    });
  }

  test('says how long to wait, in seconds or as a date', () => {
    const waits = [
      '90',
      ' 5 ',
      'Mon, 02 Feb 2026 12:05:00 GMT',
      'Mon, 02 Feb 2026 11:00:00 GMT',
      'soon',
      '-1',
      undefined,
    ];
    assert.deepEqual(
      waits.map((text) => judge(429, throttled, 'annotatelist', 1, text).retryAfterMs),
      [90_000, 5_000, 300_000, undefined, undefined, undefined, undefined],
    );
  });

  test('is quoted on one line, without tags, control characters or endless text', () => {
    const { words } = judge(500, `<h1>Server\n\u001b[31m Error</h1>${'x'.repeat(10_000)}`, 'annotate', 1);
    assert.match(words, /^HTTP 500 Server \[31m Error x+…$/);
    assert.ok(words.length < 320);
  });
});
