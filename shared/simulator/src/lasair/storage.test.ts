import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sample } from '../testing/caller.js';
import { AnnotationStore } from './storage.js';

const ID = '313637921267122191';

describe('AnnotationStore', () => {
  test('keeps the newest of an object and topic, under a new annotationID and last in order', () => {
    const store = new AnnotationStore();
    store.take(sample(ID, { classification: '0.1' }), 1);
    store.take(sample('313637921267122192'), 2);
    const firstId = store.annotations.get(`r0b_lvra/${ID}`)?.annotationID;
    store.take(sample(ID, { classification: '0.2' }), 3);
    const newest = store.annotations.get(`r0b_lvra/${ID}`);
    assert.deepEqual([newest?.classification, newest?.timestamp], ['0.2', 3]);
    assert.notEqual(newest?.annotationID, firstId);
    assert.deepEqual([...store.annotations.keys()], ['r0b_lvra/313637921267122192', `r0b_lvra/${ID}`]);
  });

  test('keeps the same object apart by topic', () => {
    const store = new AnnotationStore();
    store.take(sample(ID), 1);
    store.take(sample(ID, { topic: 'other' }), 1);
    assert.equal(store.annotations.size, 2);
  });

  test('loses what breaks the storing statement, and says why', () => {
    const breaks: [Parameters<typeof sample>[1], string][] = [
      [{ explanation: "the object's host" }, 'explanation holds a single quote'],
      [{ url: 'a\\b' }, 'url holds a backslash'],
      [{ classdict: '{"a": "say \\"x\\""}' }, 'classdict holds a backslash'],
      [{ classdict: 'not JSON' }, 'classdict is not JSON'],
      [{ classdict: '{"a": NaN}' }, 'classdict is not JSON'],
      [{ explanation: 'r0b – Real Or Bogus' }, 'explanation holds a character beyond latin1'],
      [{ objectId: '9223372036854775808' }, 'objectId does not fit 64 bits'],
    ];
    const store = new AnnotationStore();
    for (const [changes] of breaks) assert.equal(store.take(sample(ID, changes), 5), false);
    assert.deepEqual(
      store.lost.map(({ reason }) => reason),
      breaks.map(([, reason]) => reason),
    );
    assert.equal(store.annotations.size, 0);
  });

  test('does not lose what only looks dangerous', () => {
    const store = new AnnotationStore();
    const changes = { explanation: '"quoted"; DROP -- %s', classdict: '{"a": [null, 1.5, "\u00e9"]}' };
    assert.equal(store.take(sample('9223372036854775807', changes), 1), true);
  });
});
