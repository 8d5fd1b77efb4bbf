import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { stemOf } from '@lvra/core';
import { messageText, simpleMessage } from '@lvra/features/testing/messages';
import { FeatureWorld } from './testing/feature-world.js';

const world = await FeatureWorld.create();
after(() => world.close());

let second = 0;
const featuresOf = (messages: readonly (string | Buffer)[]) =>
  world.featuresOf(stemOf(new Date(Date.UTC(2026, 1, 2, 10, 0, second++))), messages);

const CASES = new URL('../../../../shared/cases/', import.meta.url);
const linesOf = (path: string) => readFileSync(new URL(path, CASES), 'utf8').trimEnd().split('\n');

/** `decl` of the last source in the list, which is the latest there. */
const latestDecl = (message: string) => [...message.matchAll(/"decl": ([-\d.]+)/g)].at(-1)?.[1];

describe('columns', () => {
  test('that a later alert brings are empty in the rows before, and all others stay where they are', async () => {
    const messages = Array.from({ length: 40 }, (_, n) => {
      const some = n % 3 === 0 ? { [`message${n}`]: `${n}` } : {};
      return simpleMessage(
        { latestR: `0.${n}`, ...some },
        n % 5 === 0 ? { [`source${n}`]: `"${n}"`, band: '"r"' } : {},
      );
    });
    const { columns, rows } = await featuresOf(messages);
    assert.equal(new Set(columns).size, columns.length);
    rows.forEach((row, n) => {
      assert.equal(row.index, String(n));
      assert.equal(row.latestR, `0.${n}`);
      assert.equal(row.N_above_18, '0');
      assert.equal(row.band, n % 5 === 0 ? 'r' : '');
      for (let other = 0; other < 40; other++) {
        if (other % 3 === 0) assert.equal(row[`message${other}`], other === n ? String(n) : '');
        if (other % 5 === 0) assert.equal(row[`source${other}`], other === n ? String(n) : '');
      }
    });
  });

  test('are the same cells for real alerts among alerts of other forms', async () => {
    const real = realMessages.slice(1, 9);
    const alone = await featuresOf(real);
    const odd = (n: number) => simpleMessage({ [`odd${n}`]: '"a,b"' }, { [`odder${n}`]: '1' });
    const mixed = await featuresOf(real.flatMap((message, n) => [odd(n), message]));
    alone.rows.forEach((row, n) => {
      const { index, ...cells } = mixed.rows[2 * n + 1] as Record<string, string>;
      assert.equal(index, String(2 * n + 1));
      for (const column of alone.columns) if (column !== 'index') assert.equal(cells[column], row[column], column);
    });
  });

  test('of a name that both have keep it for the value of the message, in every row of the batch', async () => {
    const { columns, rows } = await featuresOf([
      simpleMessage({ ra: '10.5', snr: '1', decl: '-3' }, { ra: '10.7', snr: '2', decl: '-3.1', reliability: '0.5' }),
      simpleMessage({ reliability: '0.7' }, { ra: '11', decl: '-4', reliability: '0.8' }),
      simpleMessage({ reliability: '0.6' }, { ra: '12', decl: '-5', reliability: '0.9' }),
    ]);
    assert.deepEqual(
      rows.map(({ ra, decl, snr, reliability, ...rest }) => [
        ra,
        decl,
        snr,
        reliability,
        rest.snr_sourceId,
        rest.decl_sourceId,
        rest.reliability_sourceId,
      ]),
      [
        ['10.5', '-3', '1', '', '2', '-3.1', '0.5'],
        ['', '', '', '0.7', '', '-4', '0.8'],
        ['', '', '', '0.6', '', '-5', '0.9'],
      ],
    );
    assert.ok(!columns.includes('ra_sourceId'));
    assert.equal(rows[0]?.diaObjectId_sourceId, '170019716327800983');
  });

  test("of the filter hold nothing of a source's if messages of two filters are mixed, in either order", async () => {
    const mixed = linesOf('mixed-selects/mixed.ndjson');
    const shared = ['ra', 'decl', 'raErr', 'decErr', 'ra_dec_Cov'];
    const selected = JSON.parse(mixed[0]?.replaceAll('NaN', 'null') ?? '');
    const ofFilter = shared.map((name) => String(selected[name]));
    const sources = mixed.map((message) => latestDecl(message));
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { columns, rows } = await featuresOf(order.map((n) => mixed[n] as string));
      assert.deepEqual(
        rows.map((row) => shared.map((name) => (row[name] === '' ? '' : String(Number(row[name]))))),
        order.map((n) => (n === 0 ? ofFilter : ['', '', '', '', ''])),
      );
      assert.deepEqual(
        rows.map((row) => row.decl_sourceId),
        order.map((n) => sources[n]),
      );
      assert.deepEqual(
        columns.filter((column) => /^(ra|raErr|decErr|ra_dec_Cov)_sourceId$/.test(column)),
        [],
      );
    }
  });

  test("of a source stay the source's if one odd message has their names at top level, first or last", async () => {
    const odd = simpleMessage(
      { psfFlux: '1e9', reliability: 'null', visit: '7' },
      { psfFlux: '5', reliability: '0.9' },
    );
    const good = Array.from({ length: 3 }, (_, n) => simpleMessage({}, { psfFlux: `${n}.5`, reliability: `0.${n}` }));
    for (const messages of [
      [odd, ...good],
      [...good, odd],
      [odd, good[0] as string],
      [good[0] as string, odd],
    ]) {
      const { columns, rows } = await featuresOf(messages);
      for (const [n, row] of rows.entries()) {
        const isOdd = messages[n] === odd;
        const [flux, reliability] = isOdd
          ? ['5', '0.9']
          : [`${good.indexOf(messages[n] as string)}.5`, row.reliability];
        assert.deepEqual([row.psfFlux, row.reliability], [flux, reliability]);
      }
      assert.ok(!columns.some((column) => /^(psfFlux|reliability|visit)_sourceId$/.test(column)), columns.join());
    }
  });

  test('have no say from an alert that is refused, also if the rows are made again without it', async () => {
    const refused = simpleMessage({ snr: '"text"', colour: '1' }, { snr: '4' });
    const { columns, rows } = await featuresOf([
      simpleMessage({}, { snr: '5', colour: '2' }),
      refused,
      simpleMessage({}, { snr: '6' }),
      simpleMessage({}, { snr: '7' }),
    ]);
    assert.deepEqual(
      rows.map(({ index, snr, colour }) => [index, snr, colour]),
      [
        ['0', '5', '2'],
        ['2', '6', ''],
        ['3', '7', ''],
      ],
    );
    assert.ok(!columns.some((column) => /^(snr|colour)_sourceId$/.test(column)), columns.join());
  });

  test("of ids are always the source's own, whatever is at top level or under a name that one becomes", async () => {
    const odd = [
      { diaSourceId: 'null' },
      { diaSourceId: '"text"' },
      { diaSourceId: '12345' },
      { diaObjectId_sourceId: '99' },
      { diaSourceId_sourceId: '99', escaped: '98' },
    ] as Record<string, string>[];
    const source = { diaSourceId: '170046091000545381', diaObjectId_sourceId: '98' };
    const { columns, rows } = await featuresOf([
      ...odd.map((fields) => simpleMessage(fields, source).replace('"escaped"', '"dia\\u0053ourceId"')),
      simpleMessage({}, { diaSourceId: source.diaSourceId }),
    ]);
    assert.equal(new Set(columns).size, columns.length);
    assert.deepEqual(
      rows.map(({ diaObjectId, diaObjectId_sourceId, diaSourceId }) => [
        diaObjectId,
        diaObjectId_sourceId,
        diaSourceId,
      ]),
      rows.map(() => ['170019716327800983', '170019716327800983', '170046091000545381']),
    );
    const real = linesOf('bad-neighbour/top-level-source-id-null.ndjson');
    const { rows: four } = await featuresOf(real);
    assert.deepEqual(
      four.map(({ diaSourceId }) => diaSourceId),
      real.map((message) => /.*"diaSourceId": (\d+), "visit"/.exec(message)?.[1]),
    );
  });

  test('of a name that a source has twice are counted once', async () => {
    const twice = simpleMessage({}, { snr: '3', again: '5' }).replace('"again"', '"snr"');
    const selected = simpleMessage({ snr: '1' }, { snr: '2' });
    const { rows } = await featuresOf([selected, selected, twice]);
    assert.deepEqual(
      rows.map(({ snr, snr_sourceId }) => [snr, snr_sourceId]),
      [
        ['1', '2'],
        ['1', '2'],
        ['', '5'],
      ],
    );
  });

  test('of a repeated name hold the last value, and earlier values reject nothing', async () => {
    const twice = simpleMessage({}, { before: '"bad"', snr: '5' }).replace('"before"', '"sn\\u0072"');
    const { rows } = await featuresOf([twice]);
    assert.equal(rows[0]?.snr, '5');
  });

  test('that the reference drops are not there, in the message or in a source', async () => {
    const dropped =
      'visit tns_name ssObjectId parentDiaSourceId midpointMjdTai timeProcessedMjdTai timeWithdrawnMjdTai'.split(' ');
    const fields = Object.fromEntries([...dropped, 'firstDiaSourceMjdTai', 'UTC'].map((name) => [name, '61000.25']));
    const { columns } = await featuresOf([simpleMessage(fields), simpleMessage({}, fields)]);
    const kept = columns.filter((column) => column in fields || /^(ra|raErr|decErr|ra_dec_Cov)_sourceId$/.test(column));
    assert.deepEqual(kept, []);
  });

  test('that are computed win over fields of their name', async () => {
    const fields = {
      index: '99',
      N_above_22: '99',
      is_above_18: '"x"',
      deltaDiaSourceMjdTai: '99',
      first_time_20: 'null',
    };
    const days = { firstDiaSourceMjdTai: '61000.25', lastDiaSourceMjdTai: '61002.5' };
    const { columns, rows } = await featuresOf([simpleMessage({ ...fields, ...days }), simpleMessage(days, fields)]);
    assert.equal(new Set(columns).size, columns.length);
    for (const [n, row] of rows.entries()) {
      assert.equal(row.index, String(n));
      assert.deepEqual(
        [row.N_above_22, row.is_above_18, row.first_time_20, row.deltaDiaSourceMjdTai],
        ['0', 'False', 'False', '2.25'],
      );
    }
  });

  test('hold nothing of alerts that were rejected or had no alert', async () => {
    const { columns, rows } = await featuresOf([
      messageText({ rejected: '1' }, [{ midpointMjdTai: 'null', rejectedToo: '1' }]),
      simpleMessage({ kept: '1' }),
      '{"diaObjectId": 1, "withoutAlert": 1}',
      simpleMessage({ rejected2: '1' }, { diaObjectId: '5' }),
    ]);
    assert.deepEqual(
      columns.filter((column) => /kept|reject|without/.test(column)),
      ['kept'],
    );
    assert.equal(rows.length, 1);
  });

  test('with any name are readable by their name', async () => {
    const names = ['with,comma', 'with "quotes"', 'with\nnewline', 'é✦😀', '', '__proto__x', 'constructor'];
    const fields = Object.fromEntries(names.map((name, n) => [name, String(n)]));
    const { rows } = await featuresOf([
      simpleMessage(fields),
      simpleMessage({ 'a\\': '1', '"b': '2' }),
      simpleMessage({ 'a\\"b': '3', c: '4' }),
    ]);
    assert.deepEqual(
      names.map((name) => rows[0]?.[name]),
      names.map((_, n) => String(n)),
    );
    assert.deepEqual([rows[1]?.['a\\'], rows[1]?.['"b'], rows[2]?.['a\\"b'], rows[2]?.c], ['1', '2', '3', '4']);
  });
});

describe('rows', () => {
  test('hold any text unchanged', async () => {
    const texts = ['plain', 'a,b', 'say "hi"', "don't \\ do", 'line\r\nline', ' spaces ', 'é✦😀', '\t', ''];
    const { rows } = await featuresOf(texts.map((text) => simpleMessage({ note: JSON.stringify(text) })));
    assert.deepEqual(
      rows.map(({ note }) => note),
      texts,
    );
  });

  test('are lines that a reader can take if a text holds NUL or half a letter', async () => {
    const { rows } = await featuresOf(['"a\\u0000b"', '"a\\ud800b"'].map((note) => simpleMessage({ note })));
    assert.deepEqual(
      rows.map(({ note }) => note),
      ['a\ufffdb', 'a\ufffdb'],
    );
  });

  test('keep integers and ids digit by digit', async () => {
    const source = { diaSourceId: '9223372036854775807', detector: '-0', counted: '18446744073709551615' };
    const { rows } = await featuresOf([simpleMessage({ nDiaSources: '12' }, source)]);
    const { diaObjectId, diaSourceId, counted, nDiaSources } = rows[0] as Record<string, string>;
    assert.deepEqual(
      [diaObjectId, diaSourceId, counted, nDiaSources],
      ['170019716327800983', source.diaSourceId, source.counted, '12'],
    );
  });

  test('take more than the room for a row and a file to begin with', async () => {
    const wide = Object.fromEntries(Array.from({ length: 700 }, (_, n) => [`column${n}`, `"${'x'.repeat(n)}"`]));
    const messages = Array.from({ length: 12 }, (_, n) => simpleMessage(n % 2 === 0 ? wide : { latestR: '0.5' }));
    const { rows } = await featuresOf(messages);
    rows.forEach((row, n) => {
      assert.equal(row.column699, n % 2 === 0 ? 'x'.repeat(699) : '');
      assert.equal(row.latestR, n % 2 === 0 ? '' : '0.5');
    });
  });

  test('give the span of days of days between quotes', async () => {
    const { rows } = await featuresOf([
      simpleMessage({ firstDiaSourceMjdTai: '"61040.7"', lastDiaSourceMjdTai: '"61041.2"' }),
    ]);
    assert.equal(rows[0]?.deltaDiaSourceMjdTai, String(61041.2 - 61040.7));
    assert.equal(rows[0]?.lastDiaSourceMjdTai, '61041.2');
  });

  test('of alerts with something else in a column of numbers are refused, and leave no column behind', async () => {
    const bad = [{ snr: '"high"' }, { snr: '[5.0]' }, { isDipole: '3' }].map((fields) =>
      simpleMessage({ unheardOf: '1' }, fields as unknown as Record<string, string>),
    );
    const { columns, rows } = await featuresOf([...bad, simpleMessage({ latestR: '0.5' })]);
    assert.deepEqual([rows.length, rows[0]?.latestR, columns.includes('unheardOf')], [1, '0.5', false]);
    const entries = (await world.ledger.quarantine.list()).slice(-3);
    assert.deepEqual(
      entries.map(({ reason, detail }) => [reason, detail]),
      [
        ['not_a_number', 'snr is "high", not a number'],
        ['not_a_number', 'snr is [5.0], not a number'],
        ['not_a_number', 'isDipole is 3, not a flag'],
      ],
    );
  });

  test('leave the span of days empty if a day is missing', async () => {
    const { rows } = await featuresOf([
      simpleMessage({ firstDiaSourceMjdTai: '61000.5', lastDiaSourceMjdTai: 'null' }),
      simpleMessage({ lastDiaSourceMjdTai: '61000.5' }),
      simpleMessage({ firstDiaSourceMjdTai: 'NaN', lastDiaSourceMjdTai: '61000.5' }),
      simpleMessage({ firstDiaSourceMjdTai: '61000', lastDiaSourceMjdTai: '61000' }),
      simpleMessage({ firstDiaSourceMjdTai: '61000', lastDiaSourceMjdTai: '1e400' }),
      simpleMessage({ firstDiaSourceMjdTai: '61000', lastDiaSourceMjdTai: '"nan"' }),
    ]);
    assert.deepEqual(
      rows.map((row) => row.deltaDiaSourceMjdTai),
      ['', '', '', '0', '', ''],
    );
  });

  test('of more alerts than one call of writev takes are all written', async () => {
    const messages = Array.from({ length: 3_000 }, (_, n) =>
      simpleMessage(n === 2_999 ? { last: '1' } : { latestR: String(n) }),
    );
    const { rows } = await featuresOf(messages);
    assert.deepEqual(
      rows.map(({ index }) => index),
      messages.map((_, n) => String(n)),
    );
    assert.equal(rows.at(-2)?.latestR, '2998');
    assert.equal(rows.at(-1)?.last, '1');
  });
});
