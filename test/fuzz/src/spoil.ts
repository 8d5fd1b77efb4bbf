import type { Random } from '@lvra/core';
import type { SimulatedAlert } from '@lvra/simulator';
import { mutate } from './mutate.js';

/** Fields at top level of a message. */
const withFields = (text: string, fields: string) => text.replace('{', () => `{${fields}, `);
const named = (count: number, name: (n: number) => string, value = '1') =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify(name(n))}: ${value}`).join(', ');
/** Fields of every source. */
const withSourceFields = (text: string, fields: string) =>
  text.replaceAll('{"diaSourceId": ', () => `{${fields}, "diaSourceId": `);

const SOURCE_FIELDS = ['psfFlux', 'reliability', 'snr', 'visit', 'midpointMjdTai', 'band', 'isDipole', 'extendedness'];
const COLUMNS = ['diaObjectId_sourceId', 'diaSourceId_sourceId', 'decl_sourceId', 'index', 'N_above_22', 'is_above_18'];
const VALUES = ['null', '"text"', '5', '1e999', '-0.0', 'true', '"nan"', '"inf"', '""', '[1]', '{"a": 1}', '"5.5"'];
const ODD_NAMES = [
  '\ufeffsnr',
  'snr\0',
  'SNR',
  ' snr',
  'snr ',
  'a,b',
  '"snr"',
  'snr\n',
  '\r\nsnr',
  '',
  '__proto__',
  'snr.1',
];

const pick = <T>(from: readonly T[], random: Random): T => from[random.whole(0, from.length - 1)] as T;

/** What a bad message may do to its neighbours: each of these once cost a good one its score, or could have. */
const SPOILS: readonly ((text: string, random: Random) => string)[] = [
  (text, random) =>
    withFields(
      text,
      named(random.whole(300, 1_200), (n) => `c${n}`),
    ),
  (text, random) =>
    withFields(
      text,
      named(random.whole(1, 60), (n) => `${random.whole(0, 1e9)}_${n}`),
    ),
  (text, random) =>
    withFields(
      text,
      named(1, () => 'x'.repeat(random.whole(150, 70_000))),
    ),
  (text, random) => withFields(text, `"diaSourceId": ${pick(VALUES, random)}`),
  (text, random) => withFields(text, `"${pick(SOURCE_FIELDS, random)}": ${pick(VALUES, random)}`),
  (text, random) => withFields(text, `"${pick(COLUMNS, random)}": ${pick(VALUES, random)}`),
  (text, random) => withSourceFields(text, `"${pick(COLUMNS, random)}": ${pick(VALUES, random)}`),
  (text, random) => withFields(text, `${JSON.stringify(pick(ODD_NAMES, random))}: ${pick(VALUES, random)}`),
  (text, random) => withSourceFields(text, `${JSON.stringify(pick(ODD_NAMES, random))}: ${pick(VALUES, random)}`),
  (text, random) =>
    text.replace(/"(snr|latestR|psfFlux|ebv|ra)": [^,]+/, (_, name) => `"${name}": ${pick(VALUES, random)}`),
  (text, random) =>
    text.replace(/"(isDipole|pixelFlags\w*|shape_flag)": \w+/g, (_, name) => `"${name}": ${pick(VALUES, random)}`),
  (text) => text.replace(/"(ra|decl|raErr|decErr|ra_dec_Cov)": [^,]+, /g, ''),
  (text, random) => withFields(text, `"note": "${'y'.repeat(random.whole(1, 400_000))}"`),
  (text, random) => withFields(text, `"deep": ${'['.repeat(random.whole(50, 150))}1`),
  (text, random) =>
    withFields(text, `"deep": ${'['.repeat(90)}${']'.repeat(90)}, "digits": ${'7'.repeat(random.whole(18, 500))}`),
  (text, random) => manySources(text, random.whole(100, 3_000)),
  (text, random) =>
    withFields(
      text,
      named(random.whole(2, 300), () => pick(SOURCE_FIELDS, random), pick(VALUES, random)),
    ),
];

function manySources(text: string, count: number): string {
  const more = Array.from({ length: count }, (_, n) => `{"diaSourceId": ${n + 1}, "midpointMjdTai": ${40_000 + n}}, `);
  return text.replace('"diaSourcesList": [', (found) => found + more.join(''));
}

/** A message that a broken or malicious sender might put between good ones. */
export function spoil(alert: SimulatedAlert, random: Random): Buffer {
  if (random.chance(0.5)) return mutate(alert, random);
  let { text } = alert;
  for (let times = random.whole(1, 3); times > 0; times--) text = pick(SPOILS, random)(text, random);
  return Buffer.from(text);
}
