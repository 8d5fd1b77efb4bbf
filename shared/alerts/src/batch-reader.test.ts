import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AlertRejected } from '@lvra/core';
import { runPython } from '@lvra/core/testing/python';
import { type AlertReader, BatchUnreadable, readBatch, scanBatch, scanInWindows } from './batch-reader.js';
import { realMessages } from './testing/json-samples.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-batch-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function fileOf(content: string | Buffer): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, content);
  return path;
}

const take: AlertReader<undefined> = (cursor) => {
  cursor.value();
  return undefined;
};

async function textsOf(alerts: AsyncIterable<{ bytes: Buffer; position: number }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { bytes, position } of alerts) {
    assert.equal(position, texts.length);
    texts.push(bytes.toString());
  }
  return texts;
}

/** Alerts with something of everything that a window's end may cut. */
const ALERTS = [
  '{"diaObjectId": 169760231713145019, "raErr": NaN, "x": -Infinity}',
  '{"text": "quote \\" bracket ] \\\\", "\\u0061lert": {"list": [1.5e-07, {}, [], ""]}}',
  '{}',
  `{"letters": "\u00e9\u2726\u{1f600}", "padding": "${'x'.repeat(100)}"}`,
  'null',
  '-12',
];

describe('a batch file', () => {
  test('of our consumer gives each message with its own bytes', async () => {
    const path = fileOf(`[\n${realMessages.join(',\n')}\n]\n`);
    assert.deepEqual(await textsOf(readBatch(path)), realMessages);
  });

  test('that the Python pipeline wrote gives the same alerts, compact or indented', async () => {
    const values = realMessages.map((text) => JSON.parse(text.replaceAll('NaN', '"NaN"')));
    for (const indent of ['None', '2']) {
      const path = join(folder, `python-${indent}.json`);
      const program = `
import json, sys
alerts = [json.loads(line) for line in sys.stdin]
json.dump(alerts, open(sys.argv[1], 'w'), indent=${indent})`;
      runPython(program, realMessages.join('\n'), path);
      const texts = await textsOf(readBatch(path));
      assert.deepEqual(
        texts.map((text) => JSON.parse(text.replaceAll('NaN', '"NaN"'))),
        values,
      );
    }
  });

  test('gives the same alerts through windows of every size', async () => {
    for (const text of [`[\n${ALERTS.join(',\n')}\n]\n`, ` [${ALERTS.join(' , ')} ]`, `[${ALERTS.join(',')}]`]) {
      const path = fileOf(text);
      for (let windowBytes = 1; windowBytes <= Buffer.byteLength(text) + 1; windowBytes++) {
        assert.deepEqual(
          await textsOf(scanInWindows(path, take, windowBytes)),
          ALERTS,
          `window of ${windowBytes} bytes`,
        );
      }
    }
  });

  test('may hold alerts that are far larger than the window', async () => {
    const alerts = [
      '{"a": 1}',
      `{"large": "${'x'.repeat(300_000)}"}`,
      '{"b": 2}',
      `{"larger": "${'y'.repeat(900_000)}"}`,
    ];
    assert.deepEqual(await textsOf(scanInWindows(fileOf(`[${alerts.join(',\n')}]`), take, 1_000)), alerts);
  });

  test('may be empty', async () => {
    for (const text of ['[]', ' [ ] ', '[\n\n]\n']) {
      for (const windowBytes of [1, 2, 1_000]) {
        assert.deepEqual(await textsOf(scanInWindows(fileOf(text), take, windowBytes)), []);
      }
    }
  });
});

describe('an unreadable batch file', () => {
  test('that is cut anywhere is an error, after the alerts before the cut', async () => {
    const text = `[\n${ALERTS.join(',\n')}\n]\n`;
    const whole = Buffer.from(text);
    const lastBracket = whole.lastIndexOf(']');
    for (let cut = 0; cut <= lastBracket; cut++) {
      const path = fileOf(whole.subarray(0, cut));
      for (const windowBytes of [3, 64, 1_000]) {
        const seen: string[] = [];
        const reading = (async () => {
          for await (const { bytes } of scanInWindows(path, take, windowBytes)) seen.push(bytes.toString());
        })();
        await assert.rejects(reading, {
          name: 'BatchUnreadable',
          message: `${path} is not a list of alerts: the text ends in the middle of a value at byte ${cut}`,
        });
        assert.deepEqual(seen, ALERTS.slice(0, seen.length));
      }
    }
  });

  test('with anything after the list is an error that names the byte', async () => {
    for (const [text, found] of [
      ['[] []', "'[' where the end was expected at byte 3"],
      ['[{}]]', "']' where the end was expected at byte 4"],
      ['[{}]\n\n,', "',' where the end was expected at byte 6"],
      ['[{}]\0', 'byte 0 where the end was expected at byte 4'],
    ] as const) {
      for (const windowBytes of [1, 4, 1_000]) {
        const path = fileOf(text);
        await assert.rejects(textsOf(scanInWindows(path, take, windowBytes)), {
          name: 'BatchUnreadable',
          message: `${path} is not a list of alerts: ${found}`,
        });
      }
    }
  });

  test('that is no list, or whose list has a fault, is an error, as for Python', async () => {
    const texts = [
      '',
      ' ',
      'null',
      '{}',
      '{"a": [1]}',
      '1',
      '[1 2]',
      '[1,]',
      '[,1]',
      '[{"a" 1}]',
      '[1',
      '[{]}',
      '[tru]',
      '[1]x',
    ];
    const python = runPython(
      `
import json, sys
for text in json.load(sys.stdin):
    try:
        print(isinstance(json.loads(text), list))
    except ValueError:
        print(False)`,
      JSON.stringify([...texts, '[1]']),
    );
    assert.equal(python, `${'False\n'.repeat(texts.length)}True\n`);
    for (const text of texts) await assert.rejects(textsOf(readBatch(fileOf(text))), BatchUnreadable, text);
  });

  test('that is missing is the error of the file system', async () => {
    await assert.rejects(textsOf(readBatch(join(folder, 'missing.json'))), { code: 'ENOENT' });
  });
});

describe('an alert that cannot be used', () => {
  const refuseOdd: AlertReader<string> = (cursor, bytes) => {
    cursor.enterObject();
    cursor.key();
    const kind = cursor.value();
    const digit = bytes.toString('latin1', cursor.valueStart, cursor.valueEnd);
    // Halfway through the alert, so that the rest of it must be passed over.
    if (Number(digit) % 2 === 1) throw new AlertRejected('no_sources', `${digit} of kind ${kind} is odd`);
    while (cursor.nextInObject()) {
      cursor.key();
      cursor.value();
    }
    return digit;
  };

  test('is returned with its bytes and the reason, and reading continues', async () => {
    const alerts = Array.from({ length: 9 }, (_, n) => `{"n": ${n}, "rest": [{"]": "}"}, ${n}]}`);
    for (const windowBytes of [1, 10, 33, 1_000]) {
      const results: unknown[] = [];
      for await (const { bytes, result, position } of scanInWindows(fileOf(`[${alerts}]`), refuseOdd, windowBytes)) {
        assert.equal(bytes.toString(), alerts[position]);
        results.push(result instanceof AlertRejected ? result.message.slice(0, 1) + result.reason : result);
      }
      assert.deepEqual(results, ['0', '1no_sources', '2', '3no_sources', '4', '5no_sources', '6', '7no_sources', '8']);
    }
  });

  test('because it is too deep or a number too long is rejected by itself', async () => {
    const deep = `{"n": ${'['.repeat(5_000)}"]"${']'.repeat(5_000)}}`;
    const long = `{"n": ${'7'.repeat(5_000)}}`;
    const justAllowed = `{"n":${'['.repeat(99)}${']'.repeat(99)}}`;
    const alerts = [deep, '{"n": 1}', long, justAllowed, `{"n": 3, "deep": ${deep}}`, '{"n": 2}'];
    for (const windowBytes of [1, 700, 100_000]) {
      const results: unknown[] = [];
      for await (const { bytes, result, position } of scanInWindows(
        fileOf(`[${alerts.join(', ')}]`),
        take,
        windowBytes,
      )) {
        assert.equal(bytes.toString(), alerts[position]);
        results.push(result instanceof AlertRejected ? result.reason : result);
      }
      assert.deepEqual(results, ['too_deep', undefined, 'not_a_number', undefined, 'too_deep', undefined]);
    }
  });

  test('does not end the file if it is beyond a limit after the reader rejected it', async () => {
    const alerts = [`{"n": 1, "deep": ${'['.repeat(500)}${']'.repeat(500)}}`, '{"n": 2}'];
    const results: unknown[] = [];
    for await (const { result } of scanBatch(fileOf(`[${alerts}]`), refuseOdd)) results.push(result);
    assert.equal((results[0] as AlertRejected).reason, 'no_sources');
    assert.equal(results[1], '2');
  });
});

test('the file is closed whether it is read to its end, left early or found unreadable', async () => {
  const open = (path: string) =>
    readdirSync('/proc/self/fd').filter((fd) => {
      const link = `/proc/self/fd/${fd}`;
      // The folder's own descriptor is in the list and gone again.
      return existsSync(link) && readlinkSync(link) === path;
    }).length;
  const path = fileOf(`[${ALERTS.join(',')}`);
  for await (const _ of readBatch(path)) {
    assert.equal(open(path), 1);
    break;
  }
  assert.equal(open(path), 0);
  await assert.rejects(textsOf(readBatch(path)), BatchUnreadable);
  assert.equal(open(path), 0);
});
