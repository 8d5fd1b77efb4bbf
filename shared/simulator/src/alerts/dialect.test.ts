import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { simulateAlerts } from './simulator.js';

/** The folder of real data, beside the project. */
const given = new URL('../../../../../shared/', import.meta.url);
const realPath = fileURLToPath(new URL('real/alerts-20260202.ndjson', given));

/**
 * Python reads both kinds of alerts, writes the simulated ones again, and lists for each part of an alert its keys in
 * order and for each field the types found; a float that is a float32 counts as a separate type.
 */
const DESCRIBE = `
import json, math, struct, sys

def type_of(value):
    if isinstance(value, float) and (math.isnan(value) or struct.unpack('f', struct.pack('f', value))[0] == value):
        return 'float32'
    return type(value).__name__

def describe(lines):
    keys, types, rewritten = {}, {}, 0
    def note(part, record):
        keys.setdefault(part, set()).add(tuple(record))
        for key, value in record.items():
            types.setdefault(part + '.' + key, set()).add(type_of(value))
    for line in lines:
        message = json.loads(line)
        rewritten += json.dumps(message) == line
        alert = message.get('alert')
        if not alert: continue
        note('message', message)
        note('alert', {key: value for key, value in alert.items() if key != 'annotations'})
        note('diaObject', alert['diaObject'])
        for source in alert['diaSourcesList']: note('diaSource', source)
        for source in alert['diaForcedSourcesList']: note('diaForcedSource', source)
    return {
        'keys': {part: [list(each) for each in found] for part, found in keys.items()},
        'types': {field: sorted(found) for field, found in types.items()},
        'rewritten': rewritten,
    }

print(json.dumps({
    'simulated': describe(sys.stdin.read().splitlines()),
    'real': describe(open(sys.argv[1]).read().splitlines()),
}))
`;

interface Description {
  /** The different lists of keys that a part of an alert comes with. */
  keys: Record<string, string[][]>;
  types: Record<string, string[]>;
  /** Messages that Python writes with the same bytes as it read. */
  rewritten: number;
}

const COUNT = 300;
const texts: string[] = [];
for (const { text } of simulateAlerts({ seed: 77, forms: 'full' })) {
  texts.push(text);
  if (texts.length === COUNT) break;
}

const python = spawnSync('python3', ['-c', DESCRIBE, realPath], {
  input: texts.join('\n'),
  encoding: 'utf8',
  maxBuffer: 1 << 26,
});
assert.equal(python.status, 0, python.stderr || String(python.error));
const { simulated, real } = JSON.parse(python.stdout) as { simulated: Description; real: Description };

describe('simulated alerts', () => {
  test('are one line of ASCII each', () => {
    for (const text of texts) assert.match(text, /^[\x20-\x7e]+$/);
  });

  test('are what json.dumps of Python writes, to the byte', () => assert.equal(simulated.rewritten, COUNT));

  for (const part of ['message', 'alert', 'diaObject', 'diaSource']) {
    test(`have the same keys in ${part} as the real ones, in the same order`, () => {
      assert.deepEqual(simulated.keys[part], real.keys[part]);
    });
  }

  test('have the 14 keys of the schema in a forced source, dec renamed and last', () => {
    const schema = JSON.parse(readFileSync(new URL('avro/11/0/lsst.v11_0.diaForcedSource.avsc', given), 'utf8'));
    const names = (schema.fields as { name: string }[]).map(({ name }) => name).filter((name) => name !== 'dec');
    assert.deepEqual(simulated.keys.diaForcedSource, [[...names, 'decl']]);
    assert.equal(names.length, 13);
  });

  test('have no type in any field of an object or source that the real ones do not have', () => {
    const fields = Object.keys(simulated.types).filter((field) => /^dia(Object|Source)\./.test(field));
    assert.equal(fields.length, 82 + 98);
    for (const field of fields) {
      const known = new Set(real.types[field]);
      // A double may happen to be a float32, not the other way round.
      if (known.has('float')) known.add('float32');
      for (const type of simulated.types[field] ?? []) assert.ok(known.has(type), `${field} is ${type}`);
    }
  });
});
