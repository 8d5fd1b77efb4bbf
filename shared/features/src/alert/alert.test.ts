import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { JsonCursor } from '@lvra/alerts';
import { AlertRejected, type QuarantineReason } from '@lvra/core';
import { messageText, simpleMessage } from '../testing/messages.js';
import { AlertView, readAlert } from './alert.js';

const CASES = new URL('../../../../../shared/cases/', import.meta.url);

function read(text: string): AlertView {
  const bytes = Buffer.from(text);
  const view = new AlertView();
  readAlert(new JsonCursor().reset(bytes), bytes, view);
  return view;
}

function assertRejected(text: string, reason: QuarantineReason, message: RegExp): void {
  assert.throws(
    () => read(text),
    (error) => error instanceof AlertRejected && error.reason === reason && message.test(error.message),
    `${text} is not rejected as ${reason} (${message})`,
  );
}

describe('the latest source', () => {
  const source = (time: string, id: string) => ({ midpointMjdTai: time, diaSourceId: id });

  test('is the one of the greatest time, wherever in the list it is', () => {
    const [a, b, c] = [source('61000.1', '11'), source('61000.2', '12'), source('61000.30', '13')];
    for (const list of [
      [a, b, c],
      [c, b, a],
      [a, c, b],
      [b, a, c],
    ]) {
      assert.equal(read(messageText({}, list)).diaSourceId, 13n);
    }
  });

  test('is told from one that is a tenth of a second earlier', () => {
    assert.equal(read(messageText({}, [source('61000.500001', '11'), source('61000.5', '12')])).diaSourceId, 11n);
  });

  test('of equal times is that of the greatest id, as 64 bits, wherever in the list it is', () => {
    // The first two ids are the same double; the last source is older.
    const [a, b, c] = [
      source('61000', '169953715530614920'),
      source('61000.0', '169953715530614921'),
      source('60999', '2'),
    ];
    for (const list of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ]) {
      const view = read(messageText({}, list));
      assert.equal(view.diaSourceId, 169953715530614921n);
      assert.equal(view.latest, list.indexOf(b));
    }
    for (const order of ['oldest', 'newest']) {
      const message = readFileSync(new URL(`same-instant/${order}-first.ndjson`, CASES), 'utf8');
      assert.equal(read(message).diaSourceId, 169953715530614921n, order);
    }
  });

  test('of equal times is not one without an id', () => {
    const [nameless, named] = [source('61000', 'null'), source('61000', '11')];
    for (const list of [
      [nameless, named],
      [named, nameless],
    ]) {
      assert.equal(read(messageText({}, list)).diaSourceId, 11n);
    }
  });
});

describe('an alert is rejected', () => {
  test('without sources', () => {
    for (const alert of [
      '{}',
      '{"diaSourcesList": []}',
      '{"diaSourcesList": null}',
      '{"diaSourcesList": {}}',
      '"x"',
      '[]',
      '5',
      'true',
    ]) {
      assertRejected(`{"diaObjectId": 1, "alert": ${alert}}`, 'no_sources', /alert|diaSourcesList/);
    }
    assertRejected('{"diaObjectId": 1, "alert": {"diaSourcesList": [null]}}', 'no_sources', /not an object/);
  });

  test('if any source has no time', () => {
    for (const time of ['null', 'NaN', '1e999', '-Infinity']) {
      assertRejected(
        messageText({}, [{ midpointMjdTai: '61000' }, { midpointMjdTai: time }]),
        'source_incomplete',
        /midpointMjdTai/,
      );
    }
    assertRejected(messageText({}, [{ psfFlux: '1' }]), 'source_incomplete', /midpointMjdTai/);
  });

  test('if the ids disagree, and names both', () => {
    const disagreeing = simpleMessage({}, { diaObjectId: '170019716327800984' });
    assertRejected(disagreeing, 'ids_disagree', /170019716327800983.*170019716327800984/);
    // These two are the same double.
    assert.equal(Number('170019716327800983'), Number('170019716327800984'));
  });

  test('if an id is missing, a float, a string or beyond 63 bits', () => {
    for (const id of ['null', '1.0', '1.7e17', '"170019716327800983"', '0', '-1', '9223372036854775808']) {
      assertRejected(simpleMessage({ diaObjectId: id }), 'no_dia_object_id', /diaObjectId/);
      assertRejected(simpleMessage({}, { diaObjectId: id }), 'source_incomplete', /diaObjectId/);
      assertRejected(simpleMessage({}, { diaSourceId: id }), 'source_incomplete', /diaSourceId/);
    }
    assertRejected('{"alert": {"diaSourcesList": [{"midpointMjdTai": 1}]}}', 'no_dia_object_id', /missing/);
  });

  test('if flux or time of a source is a text, a list or an object', () => {
    assertRejected(simpleMessage({}, { psfFlux: '"bright"' }), 'not_a_number', /psfFlux.*"bright"/);
    assertRejected(simpleMessage({}, { psfFlux: '[5.0]' }), 'not_a_number', /psfFlux.*\[5\.0\]/);
    assertRejected(simpleMessage({}, { midpointMjdTai: '"tonight"' }), 'not_a_number', /midpointMjdTai.*"tonight"/);
    assertRejected(simpleMessage({}, { midpointMjdTai: '""' }), 'source_incomplete', /midpointMjdTai/);
  });
});

describe('an alert is taken', () => {
  test('with flags and missing numbers, numbers between quotes, and text where text belongs', () => {
    const fields = {
      ebv: '"0.0076638064"',
      latestR: 'NaN',
      z: 'null',
      sherlock_classifications: '"SN"',
      newText: '"x"',
    };
    const view = read(simpleMessage(fields, { psfFlux: 'null', isDipole: 'true', band: '"g"', snr: '-Infinity' }));
    assert.equal(view.hasAlert, true);
    assert.deepEqual(view.fluxes, [Number.NaN]);
  });

  test('with the very numbers of Python, short or long, wherever in the source they stand', () => {
    const texts = [
      '926.2398681640625',
      '-2384.858154296875',
      '1e5',
      '1.5E-7',
      '1e+22',
      '-0',
      '61059.06480901104',
      '1e400',
    ];
    for (const psfFlux of texts) {
      for (const fields of [
        { psfFlux, midpointMjdTai: '61059.0661728925' },
        { midpointMjdTai: '9007199254740993.0', psfFlux },
      ]) {
        const { fluxes, times } = read(messageText({}, [fields, { ...fields, last: '1' }]));
        assert.deepEqual(fluxes, [Number(psfFlux), Number(psfFlux)], psfFlux);
        assert.deepEqual(times, [Number(fields.midpointMjdTai), Number(fields.midpointMjdTai)]);
      }
    }
  });

  test('with flux and time between quotes, as str of numpy writes them', () => {
    const sources = ['"5754.5"', '"nan"', '""', '"inf"', 'true'].map((psfFlux, n) => ({
      psfFlux,
      midpointMjdTai: `"6100${n}.5"`,
    }));
    const { fluxes, times, latest } = read(messageText({}, sources));
    assert.deepEqual(fluxes, [5754.5, Number.NaN, Number.NaN, Number.NaN, 1]);
    assert.deepEqual([times, latest], [[61000.5, 61001.5, 61002.5, 61003.5, 61004.5], 4]);
  });

  test('however its keys are spelled, and with the last of repeated keys, as in Python', () => {
    const escaped = simpleMessage().replaceAll('diaObjectId', 'dia\\u004fbjectId').replace('"alert"', '"\\u0061lert"');
    assert.equal(read(escaped).diaObjectId, 170019716327800983n);
    const twice = simpleMessage().replace('{', '{"dia\\u004fbjectId": 5, "diaObjectId": 7, ');
    assert.equal(read(twice).diaObjectId, 170019716327800983n);
    assertRejected(simpleMessage().replace(', "alert"', ', "dia\\u004fbjectId": 5, "alert"'), 'ids_disagree', /5/);
  });

  test('with the last of two lists or two alerts', () => {
    const [first, second] = [simpleMessage({}, { diaSourceId: '11' }), simpleMessage({}, { diaSourceId: '12' })];
    const alertOf = (message: string) => message.slice(message.indexOf('"alert"'), -1);
    const both = `${first.slice(0, -1)}, ${alertOf(second)}}`;
    const view = read(both);
    assert.deepEqual([view.diaSourceId, view.times.length], [12n, 1]);
    assert.equal(read(`${first.slice(0, -1)}, "alert": null}`).hasAlert, false);
    assertRejected(`${first.slice(0, -1)}, "alert": {"diaObjectId": 1}}`, 'no_sources', /./);
  });

  test('after a rejected one, without anything of it', () => {
    const view = new AlertView();
    const readInto = (text: string) => readAlert(new JsonCursor().reset(Buffer.from(text)), Buffer.from(text), view);
    assert.throws(() =>
      readInto(messageText({ old: '1' }, [{ midpointMjdTai: '1', old: '1' }, { midpointMjdTai: 'null' }])),
    );
    readInto(simpleMessage({ fresh: '1' }));
    assert.equal(view.message.find(view.bytes, 'old'), -1);
    assert.equal(view.source.find(view.bytes, 'old'), -1);
    assert.deepEqual([view.times.length, view.latest], [1, 0]);
  });
});
