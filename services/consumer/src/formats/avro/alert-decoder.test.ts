import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { framed, idOfVersion } from '@lvra/alerts';
import { FRAMED_SAMPLE, RUBIN } from '@lvra/alerts/testing/rubin-schemas';
import { AlertRejected } from '@lvra/core';
import { AVRO_VERSIONS, type SimulatedAvro, simulateAlerts, simulateAvro, simulatedSchema } from '@lvra/simulator';
import avro from 'avsc';
import type { Alert, LeftOutReason } from '../format.js';
import { AlertDecoder } from './alert-decoder.js';
import { SchemaUnusable } from './value-text.js';

const [V9] = AVRO_VERSIONS;
const SCHEMAS = new Map(
  AVRO_VERSIONS.map((version) => [idOfVersion(version), simulatedSchema(RUBIN, version)] as const),
);
const DECODERS = new Map(
  [...SCHEMAS].map(([id, text]) => [id, new AlertDecoder(avro.Type.forSchema(JSON.parse(text)))] as const),
);

/** avsc's own decoding, with longs as text: a second opinion that shares nothing but the schema. */
const LONG_TEXT = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => String(bytes.readBigInt64LE()),
  toBuffer: () => assert.fail(),
  fromJSON: String,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'string',
  compare: () => 0,
});

type Fields = Record<string, unknown>;
interface FullForm extends Fields {
  alert: { diaObject: Fields; diaSourcesList: Fields[]; diaForcedSourcesList: Fields[] };
}

function take(count: number, options: Partial<Parameters<typeof simulateAvro>[0]> = {}): SimulatedAvro[] {
  const alerts = simulateAvro({ seed: 7, schemas: RUBIN, versions: AVRO_VERSIONS, meanSources: 6, ...options });
  return Array.from({ length: count }, () => alerts.next().value);
}

const decoderOf = (id: number) => DECODERS.get(id) as AlertDecoder;
const decode = ({ schemaId, bytes }: SimulatedAvro) => taken(decoderOf(schemaId).decode(bytes));

function taken(alert: Alert | LeftOutReason): Alert {
  assert.ok(typeof alert === 'object', `it was left out: ${alert}`);
  return alert;
}

/** Reads the full form; long integers and NaN as text. */
function read({ bytes }: Alert): FullForm {
  return JSON.parse(bytes.toString().replace(/(?<=": )(NaN|\d{16,})(?=[,}])/g, '"$1"'));
}

/** What avsc decodes, under Lasair's names. */
function asLasair(record: Fields): Fields {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name === 'dec' ? 'decl' : name,
      Number.isNaN(value) ? 'NaN' : value,
    ]),
  );
}

const rejected = (error: unknown) => error instanceof AlertRejected && error.reason === 'not_avro';

describe('the decoder of Avro alerts', () => {
  const sample = readFileSync(FRAMED_SAMPLE);

  test('reads the real message of schema 9.0', () => {
    const alert = taken(decoderOf(900).decode(sample));
    assert.ok(alert.cutouts);
    assert.equal(alert.diaObjectId, 7912941781254298n);
    assert.equal(alert.diaSourceId, '7912941781254298');
    const { difference, science, template } = alert.cutouts;
    assert.deepEqual([difference?.length, science?.length, template?.length], [34_560, 34_560, 69_120]);
    for (const image of [difference, science, template]) assert.equal(image?.toString('latin1', 0, 9), 'SIMPLE  =');
    const [source] = read(alert).alert.diaSourcesList;
    assert.equal(source?.band, 'r');
    assert.equal(source?.diaSourceId, '7912941781254298');
    // Of float 32 bits, as Python prints it.
    assert.match(
      alert.bytes.toString(),
      /"raErr": 3\.3354954211972654e-05, "decErr": 4\.3219330109423026e-05, "ra_dec_Cov"/,
    );
  });

  test('agrees with avsc on every field of every version', () => {
    const messages = [...take(50), { schemaId: 900, bytes: sample, diaObjectId: undefined, diaSourceId: 0n }];
    for (const message of messages) {
      const type = avro.Type.forSchema(JSON.parse(SCHEMAS.get(message.schemaId) as string), {
        registry: { long: LONG_TEXT },
      });
      const wanted = type.fromBuffer(message.bytes.subarray(5));
      const alert = decode(message);
      assert.ok(alert);
      const { diaObject, diaSourcesList, diaForcedSourcesList } = read(alert).alert;
      // The map of 12.0 is the only value that is no scalar.
      if (diaObject.variability)
        assert.deepEqual(diaObject.variability, { ...(wanted.diaObject.variability as object) });
      assert.deepEqual(comparable(diaObject), comparable(asLasair(wanted.diaObject)));
      const sources = [...(wanted.prvDiaSources ?? []), wanted.diaSource].map(asLasair).map(comparable);
      const byTime = sources.sort((a, b) => Number(a.midpointMjdTai) - Number(b.midpointMjdTai));
      assert.deepEqual(diaSourcesList.map(comparable), byTime);
      assert.deepEqual(
        diaForcedSourcesList.map(comparable),
        (wanted.prvDiaForcedSources ?? []).map(asLasair).map(comparable),
      );
    }
  });

  test('gives the very text that Lasair gives of the same alert', () => {
    const lasair = simulateAlerts({ seed: 7, meanSources: 6, forms: 'full' });
    const part = (text: string, begin: string, end: string) => text.slice(text.indexOf(begin), text.indexOf(end));
    for (const message of take(50, { versions: AVRO_VERSIONS.slice(0, 3) })) {
      // The texts can only be the same if Lasair has the sources oldest first.
      const { text } = lasair.next().value;
      if (text.includes('UNCLEAR')) continue;
      const ours = decode(message)?.bytes.toString() as string;
      const begin = '"alert": {"diaObject"';
      assert.equal(
        part(ours, begin, ', "diaNondetectionLimitsList"'),
        part(text, begin, ', "diaNondetectionLimitsList"'),
      );
    }
  });

  test('computes the columns of the filter that an alert says itself', () => {
    const lasair = simulateAlerts({ seed: 7, meanSources: 6, forms: 'full' });
    for (const message of take(100)) {
      const filter = JSON.parse(lasair.next().value.text.replace(/(?<=": )(NaN|\d{16,})(?=[,}])/g, '"$1"')) as FullForm;
      const alert = decode(message);
      assert.ok(alert);
      const { alert: _, ...columns } = read(alert);
      for (const name of ['diaObjectId', 'ra', 'decl', 'nDiaSources', 'firstDiaSourceMjdTai', 'lastDiaSourceMjdTai']) {
        assert.equal(columns[name], filter[name], name);
      }
      for (const name of ['latestR', 'raErr', 'decErr', 'ra_dec_Cov']) {
        // Lasair's database keeps six digits of these.
        const [ours, theirs] = [Number(columns[name]), Number(filter[name])];
        assert.ok(Math.abs(ours - theirs) <= 1e-5 * Math.abs(theirs), `${name}: ${ours} and ${theirs}`);
      }
      const { UTC, alert: __, ...wanted } = filter;
      assert.deepEqual(Object.keys(columns).sort(), Object.keys(wanted).sort());
      for (const name of ['ebv', 'tns_name', 'z', 'sherlock_classifications', 'absMag'])
        assert.equal(columns[name], null);
    }
  });

  test('writes every id exactly', () => {
    for (const message of take(500, { meanSources: 4 })) {
      const alert = decode(message);
      assert.equal(alert?.diaObjectId, message.diaObjectId);
      assert.equal(alert?.diaSourceId, String(message.diaSourceId));
    }
  });

  test('writes text in ASCII, with any letters', () => {
    const record = (name: string, fields: avro.schema.RecordType['fields']): avro.Schema => ({
      type: 'record',
      name,
      fields,
    });
    const schema = avro.Type.forSchema(
      record('alert', [
        { name: 'diaSource', type: record('s', [{ name: 'band', type: 'string' }]) },
        { name: 'diaObject', type: record('o', [{ name: 'diaObjectId', type: 'long' }]) },
      ]),
    );
    const band = 'Ångström "µ" \u{1f52d}\n';
    const body = schema.toBuffer({ diaSource: { band }, diaObject: { diaObjectId: 7 } });
    const alert = taken(new AlertDecoder(schema).decode(framed(1, body)));
    assert.ok(alert.bytes.every((byte) => byte < 0x80));
    assert.equal(read(alert).alert.diaSourcesList[0]?.band, band);
  });

  test('leaves out alerts of the solar system', () => {
    const left = take(100, { solarSystemEvery: 10 }).filter(({ schemaId, bytes }) => {
      return decoderOf(schemaId).decode(bytes) === 'solar_system';
    });
    assert.deepEqual(
      left.map(({ diaObjectId }) => diaObjectId),
      Array(10).fill(undefined),
    );
  });

  test('takes Rubin’s own sample of 11.0, none of whose sources has a diaObjectId', () => {
    const path = join(RUBIN, '11', '0');
    const { type, body } = readContainer(readFileSync(join(path, 'fakeAlert.avro')));
    const wanted = avro.Type.forSchema(JSON.parse(type), { registry: { long: LONG_TEXT } }).fromBuffer(body);
    assert.deepEqual(
      [wanted.diaSource, ...wanted.prvDiaSources].map(({ diaObjectId }: Fields) => diaObjectId),
      [null, null, null],
    );
    const alert = taken(new AlertDecoder(avro.Type.forSchema(JSON.parse(type))).decode(framed(1100, body)));
    assert.equal(alert.diaObjectId, 281323062375219201n);
    assert.equal(alert.diaSourceId, '281323062375219200');
    assert.equal(alert.solarSystem, false);
    assert.deepEqual(
      read(alert).alert.diaSourcesList.map(({ diaSourceId, diaObjectId }) => [diaSourceId, diaObjectId]),
      ['199', '198', '200'].map((end) => [`281323062375219${end}`, '281323062375219201']),
    );
  });

  describe('of an alert whose parts name', () => {
    const nullable = (type: avro.Schema) => ['null', type] as unknown as avro.Schema;
    const record = (name: string, fields: Record<string, avro.Schema>): avro.Schema => ({
      type: 'record',
      name,
      fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
    });
    const source = { diaSourceId: 'long', diaObjectId: nullable('long'), ssObjectId: nullable('long') } as const;
    const schema = avro.Type.forSchema(
      record('alert', {
        diaSource: record('source', source),
        diaObject: nullable(record('object', { diaObjectId: 'long' })),
        ssSource: nullable(record('ss', { ssObjectId: 'long' })),
      }),
    );
    const object = { diaObjectId: 5 };
    const ssSource = { ssObjectId: 6 };
    const cases: [string, Record<string, unknown>, unknown][] = [
      [
        'an object',
        { diaSource: { diaObjectId: 5, ssObjectId: null }, diaObject: object },
        { of: 5, solarSystem: false },
      ],
      [
        'it in diaObject alone',
        { diaSource: { diaObjectId: null, ssObjectId: null }, diaObject: object },
        { of: 5, solarSystem: false },
      ],
      [
        'it in diaObject, and 0 elsewhere',
        { diaSource: { diaObjectId: 0, ssObjectId: 0 }, diaObject: object },
        { of: 5, solarSystem: false },
      ],
      [
        'another object',
        { diaSource: { diaObjectId: 4, ssObjectId: null }, diaObject: object },
        { of: 4, solarSystem: false },
      ],
      [
        'an asteroid and an object',
        { diaSource: { diaObjectId: 5, ssObjectId: 6 }, diaObject: object, ssSource },
        { of: 5, solarSystem: true },
      ],
      ['an asteroid', { diaSource: { diaObjectId: null, ssObjectId: 6 }, ssSource }, 'solar_system'],
      [
        'an asteroid in ssSource alone',
        { diaSource: { diaObjectId: null, ssObjectId: null }, ssSource },
        'solar_system',
      ],
      ['an asteroid in the source alone', { diaSource: { diaObjectId: 0, ssObjectId: 6 } }, 'solar_system'],
      ['nothing', { diaSource: { diaObjectId: 0, ssObjectId: 0 } }, 'no_object'],
    ];
    for (const [what, { diaSource, ...parts }, wanted] of cases) {
      test(`${what}`, () => {
        const packet = {
          diaObject: null,
          ssSource: null,
          ...parts,
          diaSource: { diaSourceId: 3, ...(diaSource as object) },
        };
        const got = new AlertDecoder(schema).decode(framed(1, schema.toBuffer(packet)));
        if (typeof got === 'string') return assert.equal(got, wanted);
        const [first] = read(got).alert.diaSourcesList;
        assert.deepEqual({ of: first?.diaObjectId, solarSystem: got.solarSystem }, wanted);
      });
    }
  });

  test('refuses a message that is cut, wherever', () => {
    const message = take(1, { versions: [V9 as never], meanSources: 4 })[0] as SimulatedAvro;
    for (let length = 5; length < message.bytes.length; length++) {
      assert.throws(
        () => decode({ ...message, bytes: message.bytes.subarray(0, length) }),
        rejected,
        `${length} bytes`,
      );
    }
  });

  test('rejects bytes after an alert', () => {
    const [message] = take(1);
    assert.throws(
      () => decode({ ...(message as SimulatedAvro), bytes: Buffer.concat([sample, Buffer.of(0)]) }),
      rejected,
    );
  });

  test('survives any flipped byte, the counts of lists among them', () => {
    let survived = 0;
    for (const message of take(5, { meanSources: 4 })) {
      for (let at = 5; at < message.bytes.length; at++) {
        const bytes = Buffer.from(message.bytes);
        bytes[at] = (bytes[at] as number) ^ 0xff;
        try {
          decode({ ...message, bytes });
          survived++;
        } catch (error) {
          assert.ok(error instanceof AlertRejected, String(error));
        }
      }
    }
    assert.ok(survived > 0);
  });

  test('does not begin a list that is longer than the message', () => {
    // A diaSource and a diaObject of nothing, and sources before it: 2^31 of them.
    const empty = (name: string): avro.Schema => ({ type: 'record', name, fields: [] });
    const schema = avro.Type.forSchema({
      type: 'record',
      name: 'alert',
      fields: [
        { name: 'diaSource', type: empty('a') },
        { name: 'prvDiaSources', type: { type: 'array', items: empty('b') } },
        { name: 'diaObject', type: empty('c') },
      ],
    });
    const count = avro.Type.forSchema('long').toBuffer(2 ** 31);
    assert.throws(() => new AlertDecoder(schema).decode(framed(1, count)), rejected);
  });

  test("rejects a schema that is not an alert's", () => {
    const types: avro.Schema[] = [
      'string',
      { type: 'record', name: 'other', fields: [{ name: 'diaSource', type: 'long' }] },
      {
        type: 'record',
        name: 'flat',
        fields: [
          { name: 'diaSource', type: 'long' },
          { name: 'diaObject', type: 'long' },
        ],
      },
    ];
    for (const type of types) assert.throws(() => new AlertDecoder(avro.Type.forSchema(type)), SchemaUnusable);
  });
});

/** The schema and the only record of a container file without compression, which Avro's specification describes. */
function readContainer(file: Buffer): { type: string; body: Buffer } {
  const header = avro.Type.forSchema({
    type: 'record',
    name: 'header',
    fields: [
      { name: 'magic', type: { type: 'fixed', name: 'magic', size: 4 } },
      { name: 'meta', type: { type: 'map', values: 'bytes' } },
      { name: 'sync', type: { type: 'fixed', name: 'sync', size: 16 } },
      { name: 'count', type: 'long' },
      { name: 'body', type: 'bytes' },
      { name: 'end', type: 'sync' },
    ],
  });
  const { meta, body } = header.fromBuffer(file);
  return { type: String(meta['avro.schema']), body };
}

const isShortInteger = (value: unknown) => typeof value === 'string' && /^-?\d{1,15}$/.test(value);

/** Fields by name, so that their order does not count; integers that a double keeps as such, others as text. */
function comparable(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== 'variability')
      .map(([name, value]): [string, unknown] => [name, isShortInteger(value) ? Number(value) : value])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
