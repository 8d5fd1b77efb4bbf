import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonCursor } from '@lvra/alerts';
import { AlertRejected, Random } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { FieldList } from '../alert/fields.js';
import { cellOf, textCell } from './csv-cells.js';
import { FIELD_TYPE, type FieldType } from './field-types.js';

function cellOfText(json: string, type: FieldType = FIELD_TYPE.any): string {
  const bytes = Buffer.from(`{"field": ${json}}`);
  const cursor = new JsonCursor().reset(bytes);
  const fields = new FieldList();
  cursor.enterObject();
  cursor.key();
  fields.open(cursor);
  fields.close(cursor, cursor.value());
  const cell = cellOf(bytes, fields, 0, type);
  return cell ? cell.toString() : bytes.toString('utf8', fields.valueStart(0), fields.valueEnd(0));
}

test('words of JSON become words of pandas', () => {
  for (const [json, cell] of [
    ['true', 'True'],
    ['false', 'False'],
    ['null', ''],
    ['NaN', ''],
    ['Infinity', 'inf'],
    ['-Infinity', '-inf'],
  ] as const) {
    assert.equal(cellOfText(json), cell);
  }
});

test('a number is a number, missing, or refused, between quotes or not', () => {
  const number = (json: string) => cellOfText(json, FIELD_TYPE.number);
  for (const [json, cell] of [
    ['true', '1'],
    ['false', '0'],
    ['"0.0076638064"', '0.0076638064'],
    ['"-1e-05"', '-1e-05'],
    ['"61041.2"', '61041.2'],
    ['"0.1000000000000000055511151231257827"', '0.1'],
    ['"nan"', ''],
    ['"inf"', ''],
    ['"-inf"', ''],
    ['""', ''],
    ['"None"', ''],
    ['"<NA>"', ''],
    ['Infinity', 'inf'],
    ['null', ''],
    ['7', '7'],
  ] as const) {
    assert.equal(number(json), cell, json);
  }
  for (const json of ['"bright"', '[5.0]', '{}', '"0x10"', '"1_000"', '" "', '"True"', '"1,5"', '"\\u0031x"']) {
    assert.throws(
      () => number(json),
      (error) => error instanceof AlertRejected && error.reason === 'not_a_number' && /^field is /.test(error.message),
      json,
    );
  }
});

test('a flag is True, False, missing, or refused', () => {
  const flag = (json: string) => cellOfText(json, FIELD_TYPE.flag);
  for (const [json, cell] of [
    ['true', 'True'],
    ['false', 'False'],
    ['1', 'True'],
    ['0', 'False'],
    ['0.0', 'False'],
    ['"True"', 'True'],
    ['"false"', 'False'],
    ['"1"', 'True'],
    ['null', ''],
    ['NaN', ''],
    ['"nan"', ''],
  ] as const) {
    assert.equal(flag(json), cell, json);
  }
  for (const json of ['2', '0.5', 'Infinity', '"yes"', '[true]', '{}']) {
    assert.throws(() => flag(json), { name: 'AlertRejected', message: /^field is .*, not a flag$/ }, json);
  }
});

test('an object or a list is the same text with any white space in the file', () => {
  const text = '{"a": [1, -2.50, {"b\\" ,:": "x , y : {\\\\"}], "c": {}, "d": []}';
  const spellings = [text, '{"a":[1,-2.50,{"b\\" ,:":"x , y : {\\\\"}],"c":{},"d":[]}'];
  spellings.push('{ "a" :\t[ 1 ,\r\n-2.50 , { "b\\" ,:" : "x , y : {\\\\" } ] ,\n"c" : { } , "d" : [ ] }');
  for (const spelling of spellings) assert.equal(cellOfText(spelling), textCell(text).toString());
  // What Python writes of it is the same again.
  const python = runPython('import json, sys; print(json.dumps(json.load(sys.stdin)))', text).trimEnd();
  assert.equal(python, text.replace('-2.50', '-2.5'));
});

test('integers are copied digit by digit', () => {
  for (const digits of ['0', '-7', '170046091000545381', '9223372036854775807', '18446744073709551615']) {
    assert.equal(cellOfText(digits), digits);
  }
});

test('a number in any spelling is the same double as for Python, with no more digits than that needs', () => {
  const random = new Random(6);
  const digits = (count: number) => Array.from({ length: count }, () => random.whole(0, 9)).join('');
  const spellings = ['-0.0', '1.5E+3', '2.5e-07', '0.1000000000000000055511151231257827', `0.${'0'.repeat(300)}1e299`];
  spellings.push('1.7976931348623157e308', '4.9e-324', `${digits(30)}.5`.replace(/^0+/, '1'), '0.30000000000000004');
  spellings.push(
    `${'9'.repeat(309)}.5`,
    `-${'9'.repeat(350)}.0`,
    `0.${'0'.repeat(390)}123`,
    '1e400',
    '-1e400',
    '1e-400',
  );
  while (spellings.length < 2_000) {
    const sign = random.chance(0.3) ? '-' : '';
    const exponent = random.chance(0.5) ? `e${random.whole(-320, 320)}` : '';
    spellings.push(`${sign}${random.whole(0, 99999)}.${digits(random.whole(1, 40))}${exponent}`);
  }
  const program = `
import json, sys
for line in sys.stdin:
    spelling, cell = line.rstrip('\\n').split(' ')
    # By their text, so that -0.0 and 0.0 differ.
    print(repr(json.loads(spelling)) == repr(float(cell)))`;
  const input = spellings.map((spelling) => `${spelling} ${cellOfText(spelling)}\n`).join('');
  const same = runPython(program, input).trimEnd().split('\n');
  spellings.forEach((spelling, i) => {
    assert.equal(same[i], 'True', `${spelling} became ${cellOfText(spelling)}`);
  });
  for (const spelling of spellings) {
    const needed = cellOfText(spelling).split(/e/i)[0]?.replace(/[-.]/g, '').replace(/^0+/, '') ?? '';
    assert.ok(needed.length <= 21, `${spelling} became ${cellOfText(spelling)}`);
  }
});

test('text is quoted if the format asks for it', () => {
  for (const [json, cell] of [
    ['"SN"', 'SN'],
    ['""', ''],
    ['"a,b"', '"a,b"'],
    ['"say \\"hi\\""', '"say ""hi"""'],
    ['"two\\nlines\\r"', '"two\nlines\r"'],
    ['"don\'t \\\\ \\t"', "don't \\ \t"],
    ['"NUL\\u0000NUL"', 'NUL\ufffdNUL'],
    ['"\\ud83d\\ude00 \u2726"', '😀 ✦'],
    ['"lone \\ud800"', 'lone \ufffd'],
    ['{"a": [1, "x"]}', '"{""a"": [1, ""x""]}"'],
    ['[1]', '[1]'],
  ] as const) {
    assert.equal(cellOfText(json), cell, json);
  }
  assert.equal(textCell('plain').toString(), 'plain');
});
