import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SimulatedAlert, type SimulatorOptions, simulateAlerts } from './simulator.js';

function take(count: number, options: SimulatorOptions): SimulatedAlert[] {
  const alerts: SimulatedAlert[] = [];
  for (const alert of simulateAlerts(options)) {
    alerts.push(alert);
    if (alerts.length === count) break;
  }
  return alerts;
}

type Fields = Record<string, number | string | boolean | null>;

interface Message extends Fields {
  latestR: number;
  nDiaSources: number;
  firstDiaSourceMjdTai: number;
  lastDiaSourceMjdTai: number;
  sherlock_classifications: string;
}

interface Parsed {
  message: Message;
  object: Fields;
  sources: Record<string, number>[];
  alert: Record<string, unknown> | undefined;
}

/** The message as JavaScript reads it: NaN as null, and ids rounded. */
function parse(text: string): Parsed {
  const message = JSON.parse(text.replace(/\bNaN\b/g, 'null'));
  const alert = message.alert;
  return { message, alert, object: alert?.diaObject, sources: alert?.diaSourcesList };
}

const idsIn = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`"${name}": (\\d+)`, 'g'))].map(([, id]) => id);

const full = take(600, { seed: 20260201, forms: 'full' });
const parsed = full.map(({ text }) => parse(text));
const mixed = take(3000, { seed: 8, meanSources: 5 });

describe('the seed', () => {
  test('gives the same bytes again', () => {
    assert.deepEqual(take(200, { seed: 5 }), take(200, { seed: 5 }));
  });

  test('gives other bytes when it is another', () => {
    const texts = new Set(take(200, { seed: 5 }).map(({ text }) => text));
    for (const { text } of take(200, { seed: 6 })) assert.ok(!texts.has(text));
  });
});

describe('ids', () => {
  test('are exact in the text, as Rubin has them', () => {
    for (const { text, diaObjectId, diaSourceId, form } of [...full, ...mixed]) {
      assert.equal(idsIn(text, 'diaObjectId')[0], String(diaObjectId));
      if (form === 'full') assert.ok(idsIn(text, 'diaSourceId').includes(String(diaSourceId)));
      for (const id of [diaObjectId, diaSourceId]) assert.ok(id > 160000000000000000n && id < 320000000000000000n);
    }
  });

  test('of an object and all its sources are the same throughout its message', () => {
    for (const { text, diaObjectId } of full) {
      assert.deepEqual(new Set(idsIn(text, 'diaObjectId')), new Set([String(diaObjectId)]));
    }
  });

  test('of sources belong to one object only', () => {
    const owner = new Map<string, bigint>();
    for (const { text, diaObjectId } of take(3000, { seed: 9, forms: 'full', meanSources: 5 })) {
      for (const id of idsIn(text, 'diaSourceId')) {
        assert.equal(owner.get(id as string) ?? diaObjectId, diaObjectId, `diaSourceId ${id}`);
        owner.set(id as string, diaObjectId);
      }
    }
    assert.ok(owner.size > 10000);
  });
});

describe('the columns of the filter', () => {
  test('agree with the sources of the alert', () => {
    for (const { message, sources, object } of parsed) {
      const byTime = sources.toSorted((a, b) => (a.midpointMjdTai as number) - (b.midpointMjdTai as number));
      assert.equal(message.nDiaSources, sources.length);
      assert.equal(object.nDiaSources, sources.length);
      assert.equal(message.firstDiaSourceMjdTai, byTime[0]?.midpointMjdTai);
      assert.equal(message.lastDiaSourceMjdTai, byTime.at(-1)?.midpointMjdTai);
      assert.equal(message.latestR, Number(byTime.at(-1)?.reliability?.toPrecision(6)));
      assert.equal(message.raErr, object.raErr && Number((object.raErr as number).toPrecision(6)));
      assert.deepEqual([message.ra, message.decl], [object.ra, object.decl]);
    }
  });

  test('pass the filter of the team', () => {
    for (const { message } of parsed) {
      assert.ok(message.nDiaSources >= 2);
      assert.ok(message.latestR > 0.5);
      assert.match(message.sherlock_classifications, /^(SN|NT|ORPHAN|UNCLEAR)$/);
    }
  });

  test('have the time of the filter run after the newest source, never going back', () => {
    let before = '';
    for (const { message } of parsed) {
      const utc = message.UTC as string;
      const seconds = Date.parse(`${utc.replace(' ', 'T')}Z`) / 1000;
      const delay = seconds - (message.lastDiaSourceMjdTai - 40587) * 86400 + 37;
      assert.ok(delay > 60 && delay < 900, `${delay} s`);
      assert.ok(utc >= before);
      before = utc;
    }
  });
});

describe('the list of sources', () => {
  test('is newest first for UNCLEAR and oldest first for the others', () => {
    const seen = new Set<boolean>();
    for (const { message, sources } of parsed) {
      const unclear = message.sherlock_classifications === 'UNCLEAR';
      seen.add(unclear);
      for (let place = 1; place < sources.length; place++) {
        const step = (sources[place]?.midpointMjdTai as number) - (sources[place - 1]?.midpointMjdTai as number);
        assert.ok(unclear ? step < 0 : step > 0);
      }
    }
    assert.equal(seen.size, 2);
  });

  test('has 2 to 90 of 2.8 kB, and alerts 40 kB in the mean', () => {
    const counts = parsed.map(({ sources }) => sources.length);
    assert.equal(Math.min(...counts), 2);
    assert.ok(Math.max(...counts) > 60 && Math.max(...counts) <= 90, `${Math.max(...counts)}`);
    const bytes = full.reduce((sum, { text }) => sum + text.length, 0) / full.length;
    assert.ok(bytes > 35_000 && bytes < 46_000, `${bytes} bytes`);
    for (const { text } of full) {
      const list = text.slice(text.indexOf('[{"diaSourceId"'), text.indexOf('], "diaForced'));
      const each = list.length / idsIn(list, 'diaSourceId').length;
      assert.ok(each > 2500 && each < 3000, `${each} bytes a source`);
    }
  });

  test('has as many as were asked for', () => {
    for (const mean of [5, 20]) {
      const alerts = take(800, { seed: 1, forms: 'full', meanSources: mean });
      const found = alerts.reduce((sum, { text }) => sum + parse(text).sources.length, 0) / alerts.length;
      assert.ok(Math.abs(found / mean - 1) < 0.15, `${found} for ${mean}`);
    }
  });
});

describe('the measurements of a source', () => {
  const sources = parsed.flatMap(({ sources }) => sources) as Record<string, number>[];
  const fluxOf = (source: Record<string, number>) => source.psfFlux as number;
  const errorOf = (source: Record<string, number>) => source.psfFluxErr as number;

  test('have a significance that is flux over error, from 5 on', () => {
    for (const source of sources) {
      const ratio = Math.abs(fluxOf(source)) / errorOf(source) / (source.snr as number);
      assert.ok(ratio > 0.94 && ratio < 1.08, `${ratio}`);
      assert.ok((source.snr as number) > 5, `${source.snr}`);
      assert.equal(source.isNegative as unknown, fluxOf(source) < 0);
    }
    const negative = sources.filter((source) => fluxOf(source) < 0).length / sources.length;
    assert.ok(negative > 0.01 && negative < 0.2, `${negative} negative`);
  });

  test('have a science flux that is template and difference together', () => {
    for (const source of sources) {
      const rest = (source.scienceFlux as number) - (source.templateFlux as number) - fluxOf(source);
      assert.ok(Math.abs(rest) < 3 * errorOf(source), `${rest} of ${errorOf(source)}`);
      assert.ok(Math.abs((source.apFlux as number) - fluxOf(source)) < 5 * (source.apFluxErr as number));
    }
  });

  test('scatter about the object as their errors say', () => {
    let squares = 0;
    let count = 0;
    for (const { object, sources } of parsed) {
      for (const { ra, raErr, decl, decErr } of sources) {
        if (!raErr || !decErr) continue;
        squares += (((ra as number) - (object.ra as number)) / raErr) ** 2;
        squares += (((decl as number) - (object.decl as number)) / decErr) ** 2;
        count += 2;
      }
    }
    assert.ok(Math.abs(squares / count - 1) < 0.1, `${squares / count}`);
  });

  test('come in all six bands', () => {
    assert.deepEqual(new Set(sources.map(({ band }) => String(band))), new Set('ugrizy'));
  });
});

describe('an object that comes again', () => {
  test('has one source more, and a newer one', () => {
    const alerts = take(3000, { seed: 3, forms: 'full', meanSources: 5, revisits: 0.05 });
    const first = new Map<bigint, SimulatedAlert>();
    let again = 0;
    for (const alert of alerts) {
      const before = first.get(alert.diaObjectId);
      first.set(alert.diaObjectId, alert);
      if (!before) continue;
      again++;
      const [old, now] = [parse(before.text).message, parse(alert.text).message];
      assert.equal(now.nDiaSources, old.nDiaSources + 1);
      assert.ok(now.lastDiaSourceMjdTai > old.lastDiaSourceMjdTai);
      assert.ok(alert.diaSourceId > before.diaSourceId);
      assert.ok(now.lastDiaSourceMjdTai - old.lastDiaSourceMjdTai < 0.5, 'in the same night');
    }
    assert.ok(again > 80 && again < 200, `${again} of 3000`);
  });

  test('never comes if that is not wanted', () => {
    const alerts = take(1000, { seed: 3, forms: 'full', meanSources: 5, revisits: 0 });
    assert.equal(new Set(alerts.map(({ diaObjectId }) => diaObjectId)).size, 1000);
  });
});

describe('mixed forms', () => {
  const share = (wanted: (alert: SimulatedAlert) => boolean) => mixed.filter(wanted).length / mixed.length;

  test('are mostly full, and a few in a hundred of each other form', () => {
    assert.ok(share(({ form }) => form === 'full') > 0.85);
    for (const other of ['lite', 'plain', 'no-alert']) {
      const found = share(({ form }) => form === other);
      assert.ok(found > 0.005 && found < 0.06, `${found} ${other}`);
    }
  });

  test('have the alert that their name says', () => {
    for (const { text, form } of mixed) {
      const { alert, sources } = parse(text);
      assert.equal(alert !== undefined, form === 'full' || form === 'lite', form);
      if (form === 'lite') {
        assert.deepEqual(Object.keys(alert ?? {}), ['diaSourcesList', 'diaForcedSourcesList']);
        assert.equal(Object.keys(sources[0] ?? {}).join(), 'psfFlux,psfFluxErr,midpointMjdTai,band,reliability');
      }
    }
  });

  test('hold alerts from the database: the newest four sources, no ebv', () => {
    const database = mixed.filter(({ text, form }) => form === 'full' && !text.includes('"diaNondetectionLimitsList"'));
    assert.ok(database.length > 20);
    for (const { text, diaSourceId } of database) {
      const { alert, sources, message } = parse(text);
      assert.deepEqual(Object.keys(alert ?? {}), [
        'diaObjectId',
        'diaObject',
        'diaSourcesList',
        'diaForcedSourcesList',
      ]);
      assert.equal(sources.length, Math.min(message.nDiaSources, 4));
      assert.ok(idsIn(text, 'diaSourceId').includes(String(diaSourceId)));
    }
  });

  test('hold ebv as text, as number and as null', () => {
    const kinds = mixed
      .filter(({ text }) => text.includes('"diaNondetection'))
      .map(({ text }) => parse(text).alert?.ebv);
    assert.deepEqual(
      new Set(kinds.map((ebv) => (ebv === null ? 'null' : typeof ebv))),
      new Set(['string', 'number', 'null']),
    );
  });

  test('hold duplicates, with the alert and without', () => {
    let same = 0;
    let bare = 0;
    for (let place = 1; place < mixed.length; place++) {
      const [before, now] = [mixed[place - 1] as SimulatedAlert, mixed[place] as SimulatedAlert];
      if (before.diaSourceId !== now.diaSourceId) continue;
      if (before.text === now.text) same++;
      else if (now.form === 'no-alert') bare++;
    }
    assert.ok(same > 5 && bare > 5, `${same} and ${bare}`);
  });

  test('hold records without UTC, as a saved filter begins with', () => {
    const without = mixed.filter(({ text }) => !text.includes('"UTC"'));
    assert.ok(without.length > 5);
    for (const { form } of without) assert.equal(form, 'plain');
  });
});

describe('options', () => {
  test('put the first visit where they say, as a time and as MJD in TAI', () => {
    const [byDate] = take(1, { seed: 1, forms: 'full', start: new Date('2026-03-01T01:00:00Z') });
    const { lastDiaSourceMjdTai } = parse(byDate?.text as string).message;
    assert.ok(Math.abs(lastDiaSourceMjdTai - (61100 + 1 / 24 + 37 / 86400)) < 1e-4, `${lastDiaSourceMjdTai}`);
    const [byMjd] = take(1, { seed: 1, forms: 'full', start: 61100.5 });
    assert.ok(Math.abs(parse(byMjd?.text as string).message.lastDiaSourceMjdTai - 61100.5) < 1e-4);
  });

  for (const [name, options] of [
    ['seed', { seed: 1.5 }],
    ['start', { seed: 1, start: 5000 }],
    ['start', { seed: 1, start: new Date(Number.NaN) }],
    ['meanSources', { seed: 1, meanSources: 1 }],
    ['revisits', { seed: 1, revisits: 5 }],
  ] as const) {
    test(`refuse a ${name} that cannot be: ${JSON.stringify(options)}`, () => {
      assert.throws(() => take(1, options), new RegExp(`RangeError: ${name} `));
    });
  }
});
