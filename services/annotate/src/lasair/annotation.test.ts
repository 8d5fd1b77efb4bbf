import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { annotationJson, annotationOf, type SendableRow } from './annotation.js';

const ANNOTATOR = {
  topic: 'r0b_lvra',
  explanation: 'r0b - Real Or Bogus Classifier',
  url: 'https://lasairvras.github.io/lvra-doc/r0b.html',
};
const SCORE: SendableRow = {
  id: 12n,
  diaObjectId: 170019716327800983n,
  diaSourceId: 170046091000545381n,
  score: 0.963998322011434,
  modelVersion: 'a1',
  flags: [4, 2, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0],
  receivedMs: undefined,
  isSuperseded: false,
  history: [],
};

const annotate = (change: Partial<SendableRow> = {}) =>
  annotationOf({ ...SCORE, ...change }, '20260223_193401', ANNOTATOR);

describe('the annotation of a score', () => {
  test('has the fields that the Python annotator sends', () => {
    const { classdict, ...fields } = annotate();
    assert.deepEqual(fields, {
      objectId: '170019716327800983',
      ...ANNOTATOR,
      classification: '0.963998322011434',
      version: 'a1',
    });
    assert.equal(
      classdict,
      '{"blame_diaSourceId": "170046091000545381", ' +
        '"n_gt22": 4, "n_gt21": 2, "n_gt20": 1, "n_gt19": 0, "n_gt18": 0, ' +
        '"brighter22": 1, "brighter21": 1, "brighter20": 1, "brighter19": 0, "brighter18": 0, ' +
        '"first22": 0, "first21": 0, "first20": 1, "first19": 0, "first18": 0, ' +
        '"model_version": "a1", "provenance_ID": "12", "stem": "20260223_193401"}',
    );
  });

  test('has null for the flags that are not known', () => {
    const all = JSON.parse(annotate({ flags: undefined }).classdict) as Record<string, unknown>;
    assert.equal(Object.values(all).filter((value) => value === null).length, 15);
    const one = JSON.parse(annotate({ flags: [null, ...SCORE.flags!.slice(1)] }).classdict) as Record<string, unknown>;
    assert.equal(one.n_gt22, null);
    assert.equal(one.n_gt21, 2);
  });

  test('never writes a score in exponent form', () => {
    assert.equal(annotate({ score: 1e-7 }).classification, '0.0000001');
  });

  test('writes every probability in the 80 characters that Lasair takes', () => {
    for (const score of [0, 5e-324, 3e-90, 2.2250738585072014e-308, 1.2345678901234567e-70, 1 - 2 ** -53, 1]) {
      const { classification } = annotate({ score });
      assert.match(classification, /^[01]\.[0-9]{1,78}$/);
      assert.ok(Math.abs(Number(classification) - score) <= 0.5e-78, `${score} became ${classification}`);
    }
  });

  test('as JSON has the objectId as a number of all its digits', () => {
    const json = annotationJson(annotate({ diaObjectId: 9223372036854775807n }));
    assert.ok(json.startsWith('{"objectId":9223372036854775807,"topic":"r0b_lvra",'), json);
    const { objectId: _, ...texts } = JSON.parse(json) as Record<string, unknown>;
    const { objectId: __, ...expected } = annotate();
    assert.deepEqual(texts, expected);
  });
});
