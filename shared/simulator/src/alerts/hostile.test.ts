import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { readEnvelope } from '@lvra/alerts';
import { AlertRejected, type QuarantineReason } from '@lvra/core';
import { type HostileMessage, hostileMessages } from './hostile.js';

/** What Lasair's broker takes at most, bytes. */
const KAFKA_LIMIT = 10485760;

/** What Python's `json.loads` says of each message: the name of its error, or some facts of what it read. */
interface Verdict {
  error?: string;
  id?: string;
  sourceIds?: string[];
  alertIsNone?: boolean;
  sources?: string;
  times?: boolean;
  fluxTypes?: string[];
}

const VERDICTS = `
import json, sys
sys.setrecursionlimit(1000)
for line in sys.stdin:
    try:
        message = json.loads(bytes.fromhex(line))
        found = {'id': type(message).__name__}
        if isinstance(message, dict):
            identity = message.get('diaObjectId')
            found['id'] = type(identity).__name__ + ' ' + str(identity)
            alert = message.get('alert')
            found['alertIsNone'] = alert is None
            sources = alert and alert.get('diaSourcesList')
            found['sources'] = type(sources).__name__ + ' ' + str(len(sources or []))
            if isinstance(sources, list) and sources and isinstance(sources[0], dict):
                found['sourceIds'] = [str(source['diaObjectId']) for source in sources]
                found['fluxTypes'] = [type(source['psfFlux']).__name__ for source in sources]
                found['times'] = all('midpointMjdTai' in source for source in sources)
    except Exception as error:
        found = {'error': type(error).__name__}
    print(json.dumps(found))
`;

const messages = hostileMessages();
const python = spawnSync('python3', ['-c', VERDICTS], {
  input: messages.map((message) => `${message.bytes().subarray(0, KAFKA_LIMIT).toString('hex')}\n`).join(''),
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
const verdicts = python.stdout
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Verdict);
const cases = messages.map((message, place) => [message, verdicts[place] as Verdict] as const);
const those = (wanted: (message: HostileMessage) => boolean) => cases.filter(([message]) => wanted(message));

test('python3 has an opinion of every message', () => {
  assert.equal(python.status, 0, python.stderr || String(python.error));
  assert.equal(verdicts.length, messages.length);
});

test('every name, object and set of bytes is there once', () => {
  assert.equal(new Set(messages.map(({ name }) => name)).size, messages.length);
  const ids = messages.flatMap(({ diaObjectId }) => diaObjectId ?? []);
  assert.equal(new Set(ids).size, ids.length);
  assert.notEqual(messages[1]?.bytes(), messages[1]?.bytes());
});

test('a reason is given if, and only if, a message goes to quarantine', () => {
  for (const { name, outcome, reason } of messages) assert.equal(reason !== undefined, outcome === 'quarantined', name);
});

describe('what is in quarantine is at fault:', () => {
  for (const [{ name, bytes }, verdict] of those(({ reason }) => reason === 'not_json')) {
    test(`${name} is no JSON object`, () => {
      const isObject = verdict.error === undefined && verdict.alertIsNone !== undefined;
      assert.ok(!isObject, bytes().toString('latin1', 0, 80));
    });
  }
  for (const [{ name, bytes }] of those(({ reason }) => reason === 'not_utf8')) {
    test(`${name} is not UTF-8`, () => assert.ok(!isUtf8(bytes())));
  }
  for (const [{ name }, { id }] of those(({ reason }) => reason === 'no_dia_object_id')) {
    test(`${name} is no positive 64-bit integer`, () => {
      const [type, digits] = (id ?? '').split(' ');
      assert.ok(type !== 'int' || BigInt(digits as string) <= 0n || BigInt(digits as string) >= 2n ** 63n, id);
    });
  }
  for (const [{ name }, { error }] of those(({ reason }) => reason === 'too_deep')) {
    test(`${name} is too much for Python`, () => assert.equal(error, 'RecursionError'));
  }
  for (const [{ name }, { error, fluxTypes }] of those(({ reason }) => reason === 'not_a_number')) {
    test(`${name} is no number for Python`, () => assert.ok(error === 'ValueError' || fluxTypes?.includes('str')));
  }
  for (const [{ name, bytes }] of those(({ reason }) => reason === 'too_large')) {
    test(`${name} is more than Kafka takes`, () => assert.ok(bytes().length > KAFKA_LIMIT));
  }
  for (const [{ name }, { sources, sourceIds }] of those(({ reason }) => reason === 'no_sources')) {
    test(`${name} holds no source`, () => {
      assert.equal(sourceIds, undefined);
      assert.match(sources ?? '', /^(list 0|list 2|dict 1)$/);
    });
  }
  for (const [{ name }, { times }] of those(({ reason }) => reason === 'source_incomplete')) {
    test(`${name} has no midpointMjdTai`, () => assert.equal(times, false));
  }
  for (const [{ name }, { id, sourceIds }] of those(({ reason }) => reason === 'ids_disagree')) {
    test(`${name} does not belong to the message's object`, () => {
      assert.ok(sourceIds?.length);
      for (const sourceId of sourceIds ?? []) assert.notEqual(`int ${sourceId}`, id);
    });
  }
});

describe('what is scored is in order:', () => {
  for (const [{ name, diaObjectId }, verdict] of those(({ outcome }) => outcome === 'scored')) {
    test(`${name} is read by Python, with its ids`, () => {
      assert.equal(verdict.error, undefined);
      assert.equal(verdict.id, `int ${diaObjectId}`);
      assert.ok(verdict.sourceIds?.length);
      for (const sourceId of verdict.sourceIds ?? []) assert.equal(sourceId, String(diaObjectId));
    });
  }
});

test('what gives no row has no alert', () => {
  for (const [{ name, diaObjectId }, verdict] of those(({ outcome }) => outcome === 'no-row')) {
    assert.equal(verdict.alertIsNone, true, name);
    assert.equal(verdict.id, `int ${diaObjectId}`);
  }
});

test('those pass that the consumer may write to a batch file, and no others', () => {
  const forTheConsumer = new Set<QuarantineReason | undefined>([
    'not_json',
    'not_utf8',
    'no_dia_object_id',
    'too_deep',
  ]);
  for (const { name, outcome, reason, diaObjectId, bytes } of hostileMessages()) {
    if (
      outcome === 'quarantined' &&
      (forTheConsumer.has(reason) || (reason === 'not_a_number' && diaObjectId === undefined))
    ) {
      const isExpected = (error: unknown) => error instanceof AlertRejected && error.reason === reason;
      assert.throws(() => readEnvelope(bytes()), isExpected, name);
    } else if (diaObjectId !== undefined) {
      assert.equal(readEnvelope(bytes()).diaObjectId, diaObjectId, name);
    }
  }
});
