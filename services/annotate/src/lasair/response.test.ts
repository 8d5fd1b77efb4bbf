import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resultOf } from './response.js';

const NOW = Date.UTC(2026, 1, 2, 12);
const ENDPOINT = 'https://api.lasair.lsst.ac.uk/api';
const judge = (status: number, body: string, method: 'annotate' | 'annotatelist', count: number, location?: string) =>
  resultOf({ status, body, retryAfter: undefined, location }, { method, count, url: `${ENDPOINT}/${method}/` }, NOW);

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
    ['304', 304, '', 'annotatelist', 3, 'not-lasair', 'refused'],
    ['to no token', 401, '{"detail":"Invalid token."}', 'annotatelist', 3, 'token-refused', 'refused'],
    ['to no permission', 403, '{"detail":"no"}', 'annotatelist', 3, 'token-refused', 'refused'],
    ['401 that is a page', 401, '<h1>Unauthorized</h1>', 'annotatelist', 3, 'failed', 'unanswered'],
    ['403 that is a page', 403, '<h1>Forbidden</h1>', 'annotatelist', 3, 'failed', 'unanswered'],
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
    [
      'to several bad fields',
      400,
      '{"objectId":["A valid integer is required."],"classdict":["Not a valid string."],"url":["This field may not be null."]}',
      'annotatelist',
      3,
      'item-refused',
      'refused-midway',
    ],
    [
      'to unreadable JSON',
      400,
      '{"detail":"JSON parse error - Expecting value: line 1 column 1 (char 0)"}',
      'annotate',
      1,
      'failed',
      'refused',
    ],
    [
      'to a list that is not one',
      400,
      '{"annotations":["Expected a list of items but got type \\"str\\"."]}',
      'annotatelist',
      3,
      'failed',
      'refused',
    ],
    [
      'to what is no dictionary',
      400,
      '{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}',
      'annotatelist',
      3,
      'failed',
      'refused',
    ],
    [
      'that asks for a field we do not know',
      400,
      '{"survey":["This field is required."]}',
      'annotatelist',
      3,
      'failed',
      'unanswered',
    ],
    ['400 of another API', 400, '{"message":"Bad Request"}', 'annotatelist', 3, 'failed', 'unanswered'],
    ['400 whose field is no list', 400, '{"url":"bad"}', 'annotatelist', 3, 'failed', 'unanswered'],
    ['400 that is a list', 400, '[{"url":["bad"]}]', 'annotatelist', 3, 'failed', 'unanswered'],
    ['400 that is a page', 400, '<h1>Bad Request (400)</h1>', 'annotatelist', 3, 'failed', 'unanswered'],
    ['400 that is a page, to one', 400, '<h1>400 Bad request</h1>', 'annotate', 1, 'failed', 'unanswered'],
    ['400 that is empty', 400, '', 'annotatelist', 3, 'failed', 'unanswered'],
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
    ['to too much', 413, '', 'annotatelist', 3, 'too-long', 'refused'],
    ['that is throttled', 429, throttled, 'annotatelist', 3, 'throttled', 'refused'],
    ['with an error', 500, '<h1>Server Error (500)</h1>', 'annotatelist', 3, 'failed', 'unanswered'],
    ['of a gateway', 502, '', 'annotatelist', 3, 'failed', 'unanswered'],
    ['that is late', 504, '', 'annotatelist', 3, 'failed', 'unanswered'],
  ] as const) {
    test(`${name} is ${kind}, ${end}`, () => {
      const result = judge(status, body, method, count);
      assert.deepEqual([result.kind, result.end], [kind, end]);
    });
  }

  for (const [name, status, location, kind, words] of [
    [
      'for maintenance',
      302,
      'https://lasair.lsst.ac.uk/status',
      'failed',
      /302 to https:\/\/lasair.lsst.ac.uk\/status/,
    ],
    ['for maintenance on the same server', 307, '/status', 'failed', /307 to https:\/\/api.lasair.lsst.ac.uk\/status/],
    ['for a while to another server', 302, 'https://other.example/api/annotatelist/', 'failed', /maintenance/],
    ['permanently to another page', 301, 'https://lasair.lsst.ac.uk/', 'failed', /maintenance/],
    [
      'permanently to another server',
      301,
      'https://other.example/api/annotatelist/',
      'not-lasair',
      /it has moved there/,
    ],
    ['permanently to another scheme', 308, 'http://api.lasair.lsst.ac.uk/api/annotatelist/', 'not-lasair', /moved/],
    ['permanently to itself', 308, '/api/annotatelist/', 'failed', /maintenance/],
    ['to nowhere', 301, 'http://[', 'failed', /301 to http:\/\/\[/],
  ] as const) {
    test(`that leads away ${name} is ${kind}, refused`, () => {
      const result = judge(status, '', 'annotatelist', 3, location);
      assert.deepEqual([result.kind, result.end], [kind, 'refused']);
      assert.match(result.message, words);
    });
  }

  test('may be due to one item only if Lasair failed on it', () => {
    const mayBeAnItem = (status: number) => judge(status, '', 'annotatelist', 3).mayBeAnItem;
    assert.equal(mayBeAnItem(500), true);
    assert.deepEqual([200, 400, 403, 408, 502, 503, 504].map(mayBeAnItem), Array(7).fill(undefined));
  });

  test('says how long to wait, whatever its status', () => {
    const wait = (status: number, retryAfter: string) =>
      resultOf({ status, body: '', retryAfter }, { method: 'annotate', count: 1, url: ENDPOINT }, NOW).retryAfterMs;
    assert.deepEqual(
      [429, 503, 302, 400].map((status) => wait(status, '90')),
      Array(4).fill(90_000),
    );
    assert.equal(wait(503, '0'), undefined);
  });

  test('is quoted on one line, without tags, control characters or endless text', () => {
    const { message } = judge(500, `<h1>Server\n\u001b[31m Error</h1>${'x'.repeat(10_000)}`, 'annotate', 1);
    assert.match(message, /^HTTP 500 Server \[31m Error x+…$/);
    assert.ok(message.length < 320);
  });
});
