import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertRejected, type QuarantineReason } from '@lvra/core';
import { readEnvelope } from './envelope.js';
import { realMessages } from './testing/json-samples.js';

const idOf = (text: string | Buffer) => readEnvelope(Buffer.from(text as string)).diaObjectId;

function assertRejected(text: string | Buffer, reason: QuarantineReason, message: RegExp): void {
  assert.throws(
    () => idOf(text),
    (error) => error instanceof AlertRejected && error.reason === reason && message.test(error.message),
    `${text.toString('latin1').slice(0, 80)} is not rejected as ${reason} (${message})`,
  );
}

test('every real message gives its diaObjectId, exact', () => {
  for (const message of realMessages) {
    const digits = /"diaObjectId": (\d{18})/.exec(message)?.[1] as string;
    assert.equal(idOf(message).toString(), digits);
  }
});

test('the id is that of the message, not of anything within it, and the last if it is repeated', () => {
  assert.equal(idOf('{"alert": {"diaObjectId": 1}, "diaObjectId": 170019716327800983}'), 170019716327800983n);
  assert.equal(idOf('{"diaObjectId": "x", "diaObjectId": 9223372036854775807}'), 9223372036854775807n);
  assert.equal(idOf('{"diaObject\\u0049d": 170019716327800983}'), 170019716327800983n);
  assert.equal(idOf(' \n{"diaObjectId":7,"x":[{"diaObjectId":8}]}\r\n\t'), 7n);
});

test('a message without a 64-bit diaObjectId is rejected as such', () => {
  assertRejected('{}', 'no_dia_object_id', /has no diaObjectId/);
  assertRejected('{"alert": {"diaObjectId": 1}}', 'no_dia_object_id', /has no diaObjectId/);
  for (const value of [
    '0',
    '-5',
    '1.0',
    '1e17',
    '"170019716327800983"',
    'null',
    'NaN',
    'true',
    '[1]',
    '9223372036854775808',
  ]) {
    assertRejected(`{"diaObjectId": ${value}}`, 'no_dia_object_id', /not a 64-bit integer/);
  }
});

test('what is not one JSON object in UTF-8 is rejected as such', () => {
  for (const text of [
    '',
    ' ',
    'null',
    '42',
    '[{"diaObjectId": 1}]',
    '{"diaObjectId": 1}}',
    '{"diaObjectId": 1} {}',
    '{"diaObjectId": 01}',
  ]) {
    assertRejected(text, 'not_json', /message/);
  }
  assertRejected('\ufeff{"diaObjectId": 1}', 'not_json', /not a JSON object/);
  assertRejected(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'not_utf8', /UTF-8/);
  assertRejected(Buffer.from('{"diaObjectId": 1}', 'utf16le'), 'not_json', /JSON/);
  // A surrogate by itself, encoded: not UTF-8, and Python could not read the batch file.
  assertRejected(Buffer.from('{"diaObjectId":1,"a":"\xed\xa0\x80"}', 'latin1'), 'not_utf8', /UTF-8/);
});

test('a message cut anywhere is rejected as not JSON', () => {
  const message = Buffer.from(realMessages[0] as string);
  for (let cut = 0; cut < message.length; cut++) assertRejected(message.subarray(0, cut), 'not_json', /./);
});

test('limits: 100 levels pass and 101 do not, nor numbers that pandas cannot read', () => {
  const nested = (levels: number) => `{"diaObjectId": 1, "x": ${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  assert.equal(idOf(nested(100)), 1n);
  assertRejected(nested(101), 'too_deep', /deeper than 100 levels/);
  assertRejected(`{"diaObjectId": 1, "x": ${'9'.repeat(5_000)}}`, 'not_a_number', /5000 characters/);
});
