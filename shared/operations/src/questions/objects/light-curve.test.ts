import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { REAL, REAL_STEM } from '@lvra/core/testing/reference';
import { addStem, newLedger } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { simulateAlerts } from '@lvra/simulator';
import { dataPaths, writeBatchFile } from '@lvra/store';
import { lightCurve } from './light-curve.js';

type Fields = Record<string, number | string | boolean | null>;
interface Message {
  readonly diaObjectId: string;
  readonly tns_name?: string | null;
  readonly ebv?: number | string | null;
  readonly firstDiaSourceMjdTai?: number | null;
  readonly alert?: {
    readonly diaObject?: Fields;
    readonly diaSourcesList?: Fields[];
    readonly diaForcedSourcesList?: Fields[];
    readonly diaNondetectionLimitsList?: Fields[];
  };
}

/** Another parser than ours: ids as text, and null for what is no number. */
function parsed(text: string): Message {
  const ids = text.replace(/: ?(\d{16,})(?=[,}\]])/g, ': "$1"');
  return JSON.parse(ids.replace(/: ?(NaN|-?Infinity)(?=[,}\]])/g, ': null')) as Message;
}

async function makeLook(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'lvra-light-curve-'));
  t.after(() => rmSync(root, { recursive: true }));
  return { ledger: await newLedger(t), paths: dataPaths(root) };
}

type Look = Awaited<ReturnType<typeof makeLook>>;

/** Writes and registers a batch as the consumer does. */
async function register({ ledger, paths }: Look, texts: readonly string[]): Promise<string> {
  const stem = await ledger.batches.reserveStem('test', new Date());
  const messages = texts.map((text) => Buffer.from(text));
  await writeBatchFile(paths.batch(stem), messages);
  await ledger.batches.register({
    ...{ stem, vras: ['r0b'], source: 'simulate', groupId: '', ranges: [], quarantined: [], now: Date.now() },
    diaObjectIds: texts.map((text) => BigInt(parsed(text).diaObjectId)),
    ...{ bytes: 1, lengths: Uint32Array.from(messages, ({ length }) => length) },
    receivedMs: new Float64Array(texts.length).fill(Number.NaN),
  });
  return stem;
}

const FLUXES = [
  ...['psfFlux', 'psfFluxErr', 'scienceFlux', 'scienceFluxErr', 'templateFlux', 'templateFluxErr'],
  ...['snr', 'ra', 'decl', 'reliability'],
] as const;

/** Every field of every epoch, as the alert says it. @returns how many epochs there were */
async function assertEqualsAlert(look: Look, message: Message): Promise<number> {
  const curve = await lightCurve(look, BigInt(message.diaObjectId));
  const { diaSourcesList = [], diaForcedSourcesList = [] } = message.alert ?? {};
  for (const [kind, list, id] of [
    ['detection', diaSourcesList, 'diaSourceId'],
    ['forced', diaForcedSourcesList, 'diaForcedSourceId'],
  ] as const) {
    const points = curve.points.filter((point) => point.kind === kind);
    assert.equal(points.length, list.length, `${kind} of ${message.diaObjectId}`);
    for (const epoch of list) {
      const point = points.find((each) => each.id === epoch[id]);
      assert.ok(point, `no point ${epoch[id]}`);
      for (const name of FLUXES) assert.equal(point[name], epoch[name] ?? null, `${name} of ${epoch[id]}`);
      assert.equal(point.midpointMjdTai, epoch.midpointMjdTai);
      assert.equal(point.band, epoch.band);
      assert.equal(point.visit, epoch.visit === undefined ? null : String(epoch.visit));
      assert.equal(point.isNegative, epoch.isNegative ?? null);
    }
  }
  assert.equal(curve.ra, message.alert?.diaObject?.ra);
  assert.equal(curve.tnsName, message.tns_name ?? null);
  const times = curve.points.map(({ midpointMjdTai }) => midpointMjdTai);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  return curve.points.length;
}

describe('the light curve of an object', () => {
  test('has every epoch of its real alert as that says it, by place and from a file of the Python pipeline', async (t) => {
    const withPlaces = await makeLook(t);
    await register(withPlaces, realMessages);
    const ofPython = await makeLook(t);
    const path = ofPython.paths.batch(REAL_STEM);
    mkdirSync(dirname(path), { recursive: true });
    cpSync(fileURLToPath(new URL(`JSON/2026/20260202/${REAL_STEM}.json`, REAL)), path);
    await addStem(ofPython.ledger, REAL_STEM, 1, 1, 1);
    const messages = realMessages.map(parsed);
    const mapped = messages.map(({ diaObjectId }) => `(${diaObjectId}, '${REAL_STEM}')`).join(', ');
    await execute(ofPython.ledger, `INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES ${mapped}`);
    let epochs = 0;
    for (const message of messages) {
      if (!message.alert) continue;
      const count = await assertEqualsAlert(withPlaces, message);
      assert.equal(await assertEqualsAlert(ofPython, message), count);
      epochs += count;
    }
    assert.equal(
      epochs,
      messages.reduce((sum, { alert }) => sum + (alert?.diaSourcesList?.length ?? 0), 0),
    );
  });

  test('has every epoch and all forced photometry of a simulated alert, whatever the order of its lists', async (t) => {
    const look = await makeLook(t);
    const texts: string[] = [];
    const ids = new Set<bigint>();
    for (const { text, diaObjectId } of simulateAlerts({ seed: 7, forms: 'full', meanSources: 6, revisits: 0 })) {
      if (texts.length === 40) break;
      if (ids.has(diaObjectId)) continue;
      ids.add(diaObjectId);
      texts.push(text);
    }
    const reversed = texts.map((text, at) => (at % 2 === 0 ? text : withListsReversed(text)));
    assert.ok(reversed.filter((text, at) => text !== texts[at]).length > 15);
    await register(look, reversed);
    let epochs = 0;
    for (const text of reversed) epochs += await assertEqualsAlert(look, parsed(text));
    const count = (name: 'diaSourcesList' | 'diaForcedSourcesList') =>
      texts.reduce((sum, text) => sum + (parsed(text).alert?.[name]?.length ?? 0), 0);
    assert.ok(count('diaForcedSourcesList') > 20);
    assert.equal(epochs, count('diaSourcesList') + count('diaForcedSourcesList'));
  });

  test('tells limits and what cannot be used from detections', async (t) => {
    const look = await makeLook(t);
    const source = { diaSourceId: 17, midpointMjdTai: 61_000.5, psfFlux: 900, psfFluxErr: 90, band: 'r' };
    const alert = {
      diaObject: { ra: 1.5, decl: -2.5 },
      diaSourcesList: [source, { ...source, diaSourceId: 16, midpointMjdTai: 61_000, glint_trail: true }],
      diaNondetectionLimitsList: [{ midpointMjdTai: 60_999, band: 'g', diaNoise: 120.5 }],
    };
    const text = JSON.stringify({ diaObjectId: 5, ebv: 0.25, firstDiaSourceMjdTai: 61_000, alert });
    const stem = await register(look, [text]);
    const { points, ...object } = await lightCurve(look, 5n);
    assert.deepEqual(
      points.map(({ kind, id, psfFlux, psfFluxErr, unusable }) => [kind, id, psfFlux, psfFluxErr, unusable]),
      [
        ['limit', null, null, 120.5, null],
        ['detection', '16', 900, 90, "it is a satellite's glint"],
        ['detection', '17', 900, 90, null],
      ],
    );
    const where = { diaObjectId: '5', ra: 1.5, decl: -2.5, ebv: 0.25, tnsName: null };
    assert.deepEqual(object, { ...where, firstDiaSourceMjdTai: 61_000, stems: [stem], missing: null });
  });

  test('of several stems goes back to the first source, and says what is gone', async (t) => {
    const look = await makeLook(t);
    const message = (...times: number[]) => {
      const diaSourcesList = times.map((midpointMjdTai) => ({
        ...{ diaSourceId: midpointMjdTai * 10, midpointMjdTai, psfFlux: 900, psfFluxErr: 90, band: 'r' },
      }));
      const alert = { diaObject: { ra: 1.5, decl: -2.5 }, diaSourcesList };
      return JSON.stringify({ diaObjectId: 5, firstDiaSourceMjdTai: 60_990, alert });
    };
    const stems = [await register(look, [message(60_990, 60_991)]), await register(look, [message(60_991, 61_000)])];
    for (const stem of stems) {
      const score = `INSERT INTO provenance (diaObjectId, stem, model_name) VALUES (5, ?, 'r0b')`;
      await execute(look.ledger, score, stem);
    }
    const whole = await lightCurve(look, 5n);
    assert.deepEqual(
      whole.points.map(({ midpointMjdTai }) => midpointMjdTai),
      [60_990, 60_991, 61_000],
    );
    assert.deepEqual([whole.stems, whole.missing], [stems.toReversed(), null]);

    rmSync(look.paths.batch(stems[0] ?? ''));
    const half = await lightCurve(look, 5n);
    assert.deepEqual(
      half.points.map(({ midpointMjdTai }) => midpointMjdTai),
      [60_991, 61_000],
    );
    assert.deepEqual(half.stems, [stems[1]]);
    assert.match(
      half.missing ?? '',
      new RegExp(`begin at MJD 60991, .* of MJD 60990: the batch file of ${stems[0]} is gone`),
    );
  });
});

test('an object that comes again and again is read of its newest stems, and that is said', async (t) => {
  const look = await makeLook(t);
  for (let night = 0; night < 27; night++) {
    const source = {
      diaSourceId: 100 + night,
      midpointMjdTai: 61_000 + night,
      psfFlux: 900,
      psfFluxErr: 90,
      band: 'r',
    };
    const alert = { diaObject: { ra: 1.5, decl: -2.5 }, diaSourcesList: [source] };
    const stem = await register(look, [JSON.stringify({ diaObjectId: 5, firstDiaSourceMjdTai: 60_000, alert })]);
    await execute(look.ledger, `INSERT INTO provenance (diaObjectId, stem, model_name) VALUES (5, ?, 'r0b')`, stem);
  }
  const { points, missing } = await lightCurve(look, 5n);
  assert.deepEqual([points[0]?.midpointMjdTai, points.at(-1)?.midpointMjdTai, points.length], [61_002, 61_026, 25]);
  assert.match(missing ?? '', /begin at MJD 61002, .*; only the newest 25 of its 27 stems were read$/);
});

test('a name that is no stem is not looked for as a file', async (t) => {
  const look = await makeLook(t);
  for (const stem of ['../../../etc/passwd', '20260202_1024480', '']) {
    const score = `INSERT INTO provenance (diaObjectId, stem, model_name) VALUES (5, ?, 'r0b')`;
    await execute(look.ledger, score, stem);
  }
  const { points, missing } = await lightCurve(look, 5n);
  assert.deepEqual([points, missing], [[], 'the ledger knows no such object']);
});

test('an object that is not known has no light curve, and the reason', async (t) => {
  const { points, missing, ra } = await lightCurve(await makeLook(t), 7n);
  assert.deepEqual([points, missing, ra], [[], 'the ledger knows no such object', null]);
});

function withListsReversed(text: string): string {
  return text.replace(/"dia(Forced)?SourcesList": \[(\{.*?\})\]/g, (_, forced: string | undefined, list: string) => {
    const sources = list.split(/(?<=\}), (?=\{)/).reverse();
    return `"dia${forced ?? ''}SourcesList": [${sources.join(', ')}]`;
  });
}
