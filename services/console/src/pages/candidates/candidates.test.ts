import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { testConsole } from '../../testing/console.js';
import { ANSWER } from './answer.js';

const OBJECT = 313637921267122191n;
const STEM = '20260422_041502';

interface Night {
  readonly scores: readonly number[];
  readonly version?: string;
  /** Of another version before, of the same sources. */
  readonly earlier?: readonly number[];
}

/** A console of one night: an object a score. */
async function consoleOf(t: TestContext, { scores, version = 'a1', earlier = [] }: Night) {
  const ledger = await newLedger(t, ['r0b']);
  for (const table of ['feature_making', 'predict', 'annotating']) {
    await execute(ledger, `INSERT INTO ${table} (stem, r0b) VALUES (?, 1)`, STEM);
  }
  const add = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, ?, ?, ?)`;
  for (const [by, all] of [
    ['a0', earlier],
    [version, scores],
  ] as const) {
    for (const [at, score] of all.entries()) {
      await execute(ledger, add, OBJECT + BigInt(at), BigInt(at + 1), STEM, score, 'r0b', by);
    }
  }
  await execute(
    ledger,
    `INSERT INTO source (diaSourceId, midpointMjdTai, ra, decl, psfFlux, band) VALUES (1, 61152.17, 150.1, -30.2, 3631, 'r')`,
  );
  const console = testConsole({ LVRA_DATA_ROOT: dirname(dirname(ledger.name)) });
  t.after(() => console.close());
  return { ...console, ledger };
}

/** The addresses of the links of a part of the page. */
function linksIn(page: string, part: RegExp): string[] {
  const html = part.exec(page)?.[0] ?? '';
  return [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, href]) => (href as string).replaceAll('&amp;', '&'));
}

const objectsOf = (page: string) =>
  [...page.matchAll(/<tr data-key="(\d+)"/g)].map(([, id]) => Number(BigInt(id as string) - OBJECT));

describe('the page of the candidates', () => {
  test('lists the best of the newest night with what is known of each, and the same as data', async (t) => {
    const { text, json } = await consoleOf(t, { scores: [0.9, 0.95, 0.25] });
    const page = await text('/candidates');
    assert.deepEqual(objectsOf(page), [1, 0, 2]);
    const row = /<tr data-key="313637921267122191".*?<\/tr>/s.exec(page)?.[0] as string;
    for (const shown of ['0.9000', '22.50', '150.10000', '−30.20000', '04:04:11', 'href="/objects/313637921267122191"'])
      assert.ok(row.includes(shown), `${shown} in ${row}`);
    const answer = ANSWER.parse(await json('/api/v1/candidates'));
    assert.deepEqual(
      answer.candidates.map(({ diaObjectId, score, band }) => [diaObjectId, score, band]),
      [
        [String(OBJECT + 1n), 0.95, null],
        [String(OBJECT), 0.9, 'r'],
        [String(OBJECT + 2n), 0.25, null],
      ],
    );
  });

  test('shows the labels of objects, and only those with a label, without one or with this one', async (t) => {
    const { text, json, ledger } = await consoleOf(t, { scores: [0.9, 0.95, 0.25] });
    const by = { who: 'ada', at: 1_000 };
    await ledger.labels.add([
      { diaObjectId: OBJECT, label: 'bogus', ...by },
      { diaObjectId: OBJECT, label: 'real', ...by, at: 2_000 },
      { diaObjectId: OBJECT + 2n, label: 'CV/nova', ...by },
    ]);
    const labelled = async (query: string) =>
      ANSWER.parse(await json(`/api/v1/candidates${query}`)).candidates.map(({ diaObjectId, label }) => [
        Number(BigInt(diaObjectId) - OBJECT),
        label,
      ]);
    const [first, second, third] = [
      [1, null],
      [0, 'real'],
      [2, 'CV/nova'],
    ];
    assert.deepEqual(await labelled(''), [first, second, third]);
    assert.deepEqual(await labelled('?label=with'), [second, third]);
    assert.deepEqual(await labelled('?label=without'), [first]);
    assert.deepEqual(await labelled('?label=CV%2Fnova'), [third]);
    assert.deepEqual(await labelled('?label=bogus'), [], 'the last one counts');
    const page = await text('/candidates?label=with');
    assert.match(page, /<td>CV\/nova<\/td>/);
    assert.doesNotMatch(page, /data-labels|data-object/, 'keys label only where actions are on');
  });

  test('shows the date of what was observed in another night', async (t) => {
    const { text, ledger } = await consoleOf(t, { scores: [0.9, 0.95] });
    await execute(ledger, 'INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (2, 61073.17)');
    const page = await text('/candidates');
    assert.deepEqual(
      [...page.matchAll(/<time datetime="[^"]*T04:04:11[^"]*">([^<]*)</g)].map(([, shown]) => shown),
      ['2026-02-02 04:04:11', '04:04:11'],
    );
  });

  test('is ordered, chosen and left by links that all lead somewhere, and paged until every object was there once', async (t) => {
    const scores = Array.from({ length: 7 }, (_, at) => at / 8);
    const { text } = await consoleOf(t, { scores, earlier: scores.map((score) => score / 2) });
    const page = await text('/candidates?limit=3');
    const presets = linksIn(page, /<nav class="choices" aria-label="Presets".*?<\/nav>/s);
    const sorts = linksIn(page, /<thead>.*?<\/thead>/s);
    assert.deepEqual([presets.length, sorts.length], [6, 4]);
    for (const href of [...presets, ...sorts]) await text(href);
    const disagree = presets.find((href) => href.includes('against')) as string;
    assert.deepEqual(objectsOf(await text(disagree)), [6, 5, 4], 'at least 0.2 apart, the farthest first');
    const found: number[] = [];
    for (let next: string | undefined = '/candidates?limit=3'; next !== undefined; ) {
      const one: string = await text(next);
      found.push(...objectsOf(one));
      next = linksIn(one, /<nav class="pages" aria-label="Pages of the table".*?<\/nav>/s).find((href) =>
        href.includes('after='),
      );
    }
    assert.deepEqual(found, [6, 5, 4, 3, 2, 1, 0]);
  });

  test('answers its form as it is, without a script, and keeps what was asked for in it', async (t) => {
    const { text } = await consoleOf(t, { scores: [0.9, 0.5, 0.25] });
    const page = await text('/candidates?min=0.4&cone=10:00:24+-30:12:00+5&sort=distance');
    assert.deepEqual(objectsOf(page), [0]);
    assert.match(page, /position of <span class="number">1<\/span>/, 'the one of which no place is known');
    const form = /<form class="filters".*?<\/form>/s.exec(page)?.[0] as string;
    const fields = [...form.matchAll(/<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(
      ([, name, value]) => [name, value] as [string, string],
    );
    for (const [, name, options] of form.matchAll(/<select name="([^"]+)">(.*?)<\/select>/gs)) {
      const chosen = /<option value="([^"]*)" selected/.exec(options as string);
      fields.push([name as string, chosen?.[1] ?? '']);
    }
    assert.ok(fields.length > 15, `${fields}`);
    const again = await text(`/candidates?${new URLSearchParams(fields)}`);
    assert.deepEqual(objectsOf(again), [0]);
    assert.match(again, /name="cone"[^>]*value="10:00:24 -30:12:00 5"/);
  });

  test('gives all rows as CSV, with whole ids, and texts that no spreadsheet calculates', async (t) => {
    const { text } = await consoleOf(t, { scores: [0.9, 0.5], version: '=1+1' });
    const [head, ...rows] = (await text('/api/v1/candidates?format=csv&after=0.6,1')).trimEnd().split('\r\n');
    assert.equal(rows.length, 2);
    const cells = (rows[0] as string).split(',');
    const cell = (name: string) => cells[(head as string).split(',').indexOf(name)];
    assert.deepEqual([cell('diaObjectId'), cell('score'), cell('modelVersion')], [String(OBJECT), '0.9', "'=1+1"]);
  });

  test('says in a header of the CSV what is not among its rows', async (t) => {
    const { ask } = await consoleOf(t, { scores: [0.9, 0.5, 0.25] });
    const missing = async (query: string) =>
      (await ask(`/api/v1/candidates?format=csv${query}`)).headers.get('x-missing');
    assert.equal(await missing(''), null);
    assert.equal(await missing('&cone=10:00:24+-30:12:00+5'), 'position of 2 not recorded');
  });

  test('shows texts of models as texts, and what nobody can know as unknown', async (t) => {
    const { text } = await consoleOf(t, { scores: [0.9, 0.5], version: '<img src=x onerror=alert(1)>' });
    const page = await text('/candidates?version=%3Cb%3E');
    assert.ok(!page.includes('<img') && !page.includes('<b>'));
    assert.match(page, /None of them/);
    assert.match(await text('/candidates?tns=without'), /others may have reported more/);
  });

  test('says what is wrong with what was asked for', async (t) => {
    const { ask } = await consoleOf(t, { scores: [0.9] });
    const wrong = {
      'min=high': 'min',
      'cone=1': 'cone',
      'flags=first23': 'flags',
      'since=yesterday': 'since',
      'vra=nobody': 'nobody',
      'night=20261332': '20261332',
      'after=x': 'go on at',
      'mag=20': 'mag',
      'limit=1.5': 'whole number',
      'bands=zz': 'each once',
      'bands=x': 'ugrizy',
    };
    for (const [query, named] of Object.entries(wrong)) {
      const response = await ask(`/candidates?${query}`);
      assert.equal(response.status, 400, query);
      assert.ok((await response.text()).includes(named), query);
    }
  });

  test('of a VRA that has scored nothing says so', async (t) => {
    const ledger = await newLedger(t, ['r0b']);
    const console = testConsole({ LVRA_DATA_ROOT: dirname(dirname(ledger.name)) });
    t.after(() => console.close());
    assert.match(await console.text('/candidates'), /r0b has scored nothing yet/);
  });
});
