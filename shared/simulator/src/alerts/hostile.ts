import type { QuarantineReason } from '@lvra/core';
import { type SimulatedAlert, simulateAlerts } from './simulator.js';

/**
 * The expected result of a message: it goes to quarantine, it is scored like any other, or it gives no row (and its
 * stem ends as partial). In each case the rest of the batch continues.
 */
export type Outcome = 'quarantined' | 'scored' | 'no-row';

/** A message that a broken or malicious sender might put on the topic. */
export interface HostileMessage {
  readonly name: string;
  readonly outcome: Outcome;
  /** Why it is in quarantine; only if it is. */
  readonly reason?: QuarantineReason;
  /** The object that it is about; undefined if no object can be read. */
  readonly diaObjectId: bigint | undefined;
  /** Built at every call: one of them has 30 MB. */
  bytes(): Buffer;
}

type Spoil = (good: string, alert: SimulatedAlert) => string | Buffer;

const LARGE_BYTES = 30 * 1024 * 1024;
const DEEP_LEVELS = 10_000;
const LONG_DIGITS = 5_000;

/** Messages for which not even an object is known. */
const WITHOUT_OBJECT: readonly (readonly [name: string, reason: QuarantineReason, spoil: Spoil])[] = [
  ['an empty message', 'not_json', () => ''],
  ['not JSON', 'not_json', () => 'Subject: your alerts\r\n\r\nSee attachment.'],
  ['JSON, but a list', 'not_json', (good) => `[${good}]`],
  ['JSON, but a number', 'not_json', () => '42'],
  ['truncated', 'not_json', (good) => good.slice(0, Math.floor(good.length / 2))],
  ['two messages in one', 'not_json', (good) => `${good}${good}`],
  ['invalid UTF-8', 'not_utf8', (good) => spliceBytes(good, '"sherlock_classifications": "', [0xc3, 0x28])],
  ['UTF-16', 'not_utf8', (good) => Buffer.from(`\ufeff${good}`, 'utf16le')],
  ['no diaObjectId', 'no_dia_object_id', (good) => good.replace(/"diaObjectId": \d+, /, '')],
  ['diaObjectId a float', 'no_dia_object_id', (good) => withId(good, '1.6976023171314502e+17')],
  ['diaObjectId a string', 'no_dia_object_id', (good, { diaObjectId }) => withId(good, `"${diaObjectId}"`)],
  ['diaObjectId null', 'no_dia_object_id', (good) => withId(good, 'null')],
  ['diaObjectId negative', 'no_dia_object_id', (good, { diaObjectId }) => withId(good, `${-diaObjectId}`)],
  ['diaObjectId beyond 63 bits', 'no_dia_object_id', (good) => withId(good, '9223372036854775808')],
  ['deep nesting', 'too_deep', (good) => withField(good, '['.repeat(DEEP_LEVELS) + ']'.repeat(DEEP_LEVELS))],
  ['a number of 5,000 digits', 'not_a_number', (good) => withField(good, '7'.repeat(LONG_DIGITS))],
  ['30 MB', 'too_large', (good) => withField(good, `"${'x'.repeat(LARGE_BYTES)}"`)],
];

/** Messages of a known object that still cannot be scored. */
const WITH_OBJECT: readonly (readonly [name: string, reason: QuarantineReason, spoil: Spoil])[] = [
  ['a string for psfFlux', 'not_a_number', (good) => good.replace(/"psfFlux": [^,]+/, '"psfFlux": "bright"')],
  ['a source without a time', 'source_incomplete', (good) => inSources(good, /"midpointMjdTai": [^,]+, /, '')],
  [
    'ids that disagree',
    'ids_disagree',
    (good, { diaObjectId }) =>
      inSources(good, new RegExp(`"diaObjectId": ${diaObjectId}`, 'g'), `"diaObjectId": ${diaObjectId + 1n}`),
  ],
  ['empty diaSourcesList', 'no_sources', (good) => withSources(good, '[]')],
  ['diaSourcesList no list', 'no_sources', (good) => withSources(good, '{"diaSourceId": 1}')],
  ['diaSourcesList of nulls', 'no_sources', (good) => withSources(good, '[null, null]')],
];

/** Messages that are unusual but valid. */
const ODD: readonly (readonly [name: string, outcome: 'scored' | 'no-row', spoil: Spoil])[] = [
  ['alert null', 'no-row', (good) => `${good.slice(0, good.indexOf(', "alert": '))}, "alert": null}`],
  ['quotes, backslashes and line ends in strings', 'scored', (good) => withClass(good, `\\"SN\\", '\\\\\\r\\n\\t`)],
  ['NUL in a string', 'scored', (good) => withClass(good, 'SN\\u0000')],
  ['a lone surrogate in a string', 'scored', (good) => withClass(good, 'SN\\ud800')],
  ['letters beyond ASCII in a string', 'scored', (good) => withClass(good, 'supernov\u00e6 \u2726')],
  ['a key twice', 'scored', (good) => good.replace('"latestR": ', '"latestR": 0.123, "latestR": ')],
  ['diaObjectId twice, the last right', 'scored', (good) => good.replace('{', '{"diaObjectId": 1, ')],
  ['diaSourceId null at top level', 'scored', (good) => withFields(good, ['"diaSourceId": null'])],
  ['another diaSourceId at top level', 'scored', (good) => withFields(good, ['"diaSourceId": 5'])],
  ['another id under the name of a column', 'scored', (good) => withFields(good, ['"diaObjectId_sourceId": 5'])],
  ["a source's fields at top level", 'scored', (good) => withFields(good, ['"psfFlux": 1e9', '"reliability": null'])],
  ['a name that begins with U+FEFF', 'scored', (good) => withFields(good, ['"\ufeffsnr": 5'])],
  ['numbers between quotes', 'scored', (good) => good.replace(/"(\w+SourceMjdTai|ebv)": ([\d.]+)/g, '"$1": "$2"')],
  ['numbers that are missing, as text', 'scored', (good) => good.replace(/"ebv": [^,]+/, '"ebv": "nan"')],
  ['a boolean for a number', 'scored', (good) => inSources(good, /"snr": [^,]+/g, '"snr": true')],
  ['an unknown field', 'scored', (good) => withField(good, '{"diaObjectId": 1, "diaSourcesList": []}')],
];

/** All hostile messages, each made from another valid alert, so that they can be in one batch. */
export function hostileMessages(): HostileMessage[] {
  const goodAlerts = simulateAlerts({ seed: 666, forms: 'full', revisits: 0 });
  const messageOf = (spoil: Spoil, about: boolean) => {
    const alert = goodAlerts.next().value;
    return {
      diaObjectId: about ? alert.diaObjectId : undefined,
      bytes: () => {
        const spoilt = spoil(alert.text, alert);
        return typeof spoilt === 'string' ? Buffer.from(spoilt) : spoilt;
      },
    };
  };
  return [
    ...WITHOUT_OBJECT.map(
      ([name, reason, spoil]) => ({ name, outcome: 'quarantined', reason, ...messageOf(spoil, false) }) as const,
    ),
    ...WITH_OBJECT.map(
      ([name, reason, spoil]) => ({ name, outcome: 'quarantined', reason, ...messageOf(spoil, true) }) as const,
    ),
    ...ODD.map(([name, outcome, spoil]) => ({ name, outcome, ...messageOf(spoil, true) })),
  ];
}

function withId(good: string, id: string): string {
  return good.replace(/"diaObjectId": \d+/, `"diaObjectId": ${id}`);
}

/** Inserts an unknown field before the alert. */
function withField(good: string, value: string): string {
  return good.replace('"alert": ', () => `"unheardOf": ${value}, "alert": `);
}

function withFields(good: string, fields: readonly string[]): string {
  return good.replace('{', () => `{${fields.join(', ')}, `);
}

function withClass(good: string, text: string): string {
  return good.replace(/("sherlock_classifications": )"\w+"/, (_, key: string) => `${key}"${text}"`);
}

const SOURCES = '"diaSourcesList": ';
const AFTER_SOURCES = ', "diaForcedSourcesList": ';

function withSources(good: string, list: string): string {
  const start = good.indexOf(SOURCES) + SOURCES.length;
  return good.slice(0, start) + list + good.slice(good.indexOf(AFTER_SOURCES, start));
}

function inSources(good: string, pattern: RegExp, replacement: string): string {
  const start = good.indexOf(SOURCES) + SOURCES.length;
  return withSources(good, good.slice(start, good.indexOf(AFTER_SOURCES, start)).replace(pattern, replacement));
}

function spliceBytes(good: string, after: string, bytes: number[]): Buffer {
  const at = good.indexOf(after) + after.length;
  return Buffer.concat([Buffer.from(good.slice(0, at)), Buffer.from(bytes), Buffer.from(good.slice(at))]);
}
