import type { Random } from '@lvra/core';
import type { SimulatedAlert } from '@lvra/simulator';

/** Texts that a reader downstream may mishandle; as JSON writes them. */
export const STRINGS: readonly string[] = [
  '"=cmd|\'/c calc\'!A1"',
  '"+1+1"',
  '"-2+3"',
  '"@SUM(A1:A9)"',
  '"=HYPERLINK(\\"http://example.org\\")"',
  '"a\\nb"',
  '"a\\r\\nb"',
  '"\\r"',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u001b[31mred\\u001b[0m"',
  '"\\u001b]0;title\\u0007"',
  '"\u009b31m"',
  '"\\u2028\\u2029"',
  '"\\ufeff"',
  '"\u202etxt.exe"',
  '"a,b"',
  '"a\\"b"',
  '"\\"\\"\\""',
  '" "',
  '""',
  '"NaN"',
  '"True"',
  '"\\\\"',
  '"\'"',
  '"é✦😀"',
  '"\\t"',
  '"\\u0085"',
];

const NUMBERS = [
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '-0.0',
  '0',
  '1e400',
  '-1e400',
  '1e-400',
  '1E5',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '123456789012345678901234567890',
  '0.1000000000000000055511151231257827',
  '-1',
  '00',
  '1.',
  '.5',
  '+1',
  '0x10',
  '1_000',
];

const OTHERS = [
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[1, [2, "x"]]',
  '{"a": {"b": null}}',
  'undefined',
  'nul',
  '',
  "'a'",
];

/** A message that a broken or malicious sender might make of a good one: bytes, or the structure, are changed. */
export function mutate(alert: SimulatedAlert, random: Random): Buffer {
  let text = alert.text;
  if (random.uniform() < 0.7) {
    for (let times = random.whole(1, 4); times > 0; times--) text = changeStructure(text, random);
  }
  const bytes = Buffer.from(text);
  return random.uniform() < 0.35 ? changeBytes(bytes, random) : bytes;
}

const pick = <T>(from: readonly T[], random: Random): T => from[random.whole(0, from.length - 1)] as T;

function anyValue(random: Random): string {
  const chance = random.uniform();
  if (chance < 0.5) return pick(STRINGS, random);
  return chance < 0.8 ? pick(NUMBERS, random) : pick(OTHERS, random);
}

function changeStructure(text: string, random: Random): string {
  const chance = random.uniform();
  if (chance < 0.3) return addField(text, random);
  if (chance < 0.75) return changeValue(text, random);
  if (chance < 0.9) return renameKey(text, random);
  return copyPart(text, random);
}

/** An unknown field, at the top or in some object below it; its name may be as odd as its value. */
function addField(text: string, random: Random): string {
  const places = [...text.matchAll(/\{(?=")/g)];
  if (places.length === 0) return text;
  const at = (random.uniform() < 0.5 ? places[0] : pick(places, random))!.index + 1;
  const name = random.uniform() < 0.5 ? `"new${random.whole(0, 9)}"` : pick(STRINGS, random);
  return `${text.slice(0, at)}${name}: ${anyValue(random)}, ${text.slice(at)}`;
}

const PAIR = /("[A-Za-z_]\w*"): ("(?:[^"\\]|\\.)*"|[^\s,[\]{}"]+)/g;

function changeValue(text: string, random: Random): string {
  const pairs = [...text.matchAll(PAIR)];
  if (pairs.length === 0) return text;
  const { index, 0: whole, 1: key } = pick(pairs, random);
  return `${text.slice(0, index)}${key}: ${anyValue(random)}${text.slice(index + whole.length)}`;
}

/** Another name, or one that stands there already: the last one counts. */
function renameKey(text: string, random: Random): string {
  const pairs = [...text.matchAll(PAIR)];
  if (pairs.length === 0) return text;
  const { index, 1: key = '' } = pick(pairs, random);
  const name = random.uniform() < 0.5 ? (pick(pairs, random)[1] as string) : pick(STRINGS, random);
  return `${text.slice(0, index)}${name}${text.slice(index + key.length)}`;
}

function copyPart(text: string, random: Random): string {
  const from = random.whole(0, text.length - 1);
  const part = text.slice(from, from + random.whole(1, 200));
  const to = random.whole(0, text.length - 1);
  return text.slice(0, to) + part + text.slice(to);
}

function changeBytes(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  for (let times = random.whole(1, 3); times > 0; times--)
    changed[random.whole(0, changed.length - 1)] = random.whole(0, 255);
  const chance = random.uniform();
  if (chance < 0.15) return changed.subarray(0, random.whole(0, changed.length));
  if (chance < 0.25) return Buffer.concat([changed, Buffer.from([random.whole(0, 255)])]);
  return changed;
}
