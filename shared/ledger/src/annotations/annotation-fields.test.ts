import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { validationErrorOf } from './annotation-fields.js';

describe('what Lasair cannot store is refused', () => {
  for (const [name, fields, reason] of [
    ['a single quote', { explanation: "Bob's" }, /^explanation holds a single quote/],
    ['a backslash', { url: 'a\\b' }, /^url holds a backslash/],
    [
      'an escaped double quote in classdict',
      { classdict: '{"stem": "a\\"b"}' },
      /^classdict holds a backslash .*double quote/,
    ],
    ['a newline', { explanation: 'two\nlines' }, /^explanation holds the character U\+000A/],
    ['NUL', { topic: 'r0b\0' }, /^topic holds the character U\+0000/],
    ['a C1 control character', { topic: 'r0b\u0085' }, /^topic holds the character U\+0085/],
    ['DEL', { version: 'a\u007f' }, /^version holds the character U\+007F/],
    ['a letter that latin1 has', { url: 'https://example.org/é' }, /^url holds the character U\+00E9.*ASCII/],
    ['a letter that latin1 has not', { explanation: '検証' }, /^explanation holds the character U\+691C/],
    ['a character of two UTF-16 units', { explanation: '🌟' }, /^explanation holds the character U\+1F31F/],
    ['a typographic dash', { explanation: 'r0b – Real Or Bogus' }, /^explanation holds the character U\+2013/],
    ['a no-break space', { topic: 'r0b\u00a0lvra' }, /^topic holds the character U\+00A0/],
    ['a double quote in a version, which classdict quotes', { version: 'a"1' }, /^version holds a double quote/],
    ['an unpaired surrogate', { version: 'a\ud800' }, /^version holds the character U\+D800/],
    ['a topic of 256', { topic: 'x'.repeat(256) }, /^topic is longer than 255 characters/],
    ['a classification of 81', { classification: '1'.repeat(81) }, /^classification is longer than 80/],
    ['a version of 17', { version: 'x'.repeat(17) }, /^version is longer than 16/],
    ['an explanation of 1025', { explanation: 'x'.repeat(1025) }, /^explanation is longer than 1024/],
    ['a classdict of 4097', { classdict: 'x'.repeat(4097) }, /^classdict is longer than 4096/],
    ['a url of 1025', { url: 'x'.repeat(1025) }, /^url is longer than 1024/],
    ['a blank classification', { classification: ' ' }, /^classification is blank/],
    ['an empty topic', { topic: '' }, /^topic is blank/],
    ['the second of two fields', { topic: 'r0b', version: "a'" }, /^version/],
  ] as const) {
    test(name, () => assert.match(validationErrorOf(fields) ?? 'not refused', reason));
  }
});

describe('what Lasair can store is not refused', () => {
  for (const [name, fields] of [
    ['everything at its longest', { topic: 'x'.repeat(255), version: 'x'.repeat(16), classdict: 'x'.repeat(4096) }],
    ['a blank explanation and url', { explanation: '', url: '' }],
    ['double quotes outside of classdict’s strings', { explanation: 'the "best"', classdict: '{"stem": "a"}' }],
    ['all of printable ASCII that is left', { explanation: ' !"#$%&()*+,-./09:;<=>?@AZ[]^_`az{|}~' }],
  ] as const) {
    test(name, () => assert.equal(validationErrorOf(fields), undefined));
  }
});
