import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { nightOf } from '@lvra/core';
import { type DataPaths, dataPaths } from '@lvra/store';
import { createLogger, logNameOf } from './log.js';
import { rememberSecret } from './secrets.js';

/** A folder whose day does not end during the test. */
function dataFolder(t: TestContext): DataPaths {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 11, 31, 12) });
  const root = mkdtempSync(join(tmpdir(), 'lvra-log-'));
  t.after(() => rmSync(root, { recursive: true }));
  return dataPaths(root);
}

function linesOf(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('the log files have the names that the team knows', () => {
  assert.deepEqual(
    [
      logNameOf('consumer'),
      logNameOf('feature', 'r0b'),
      logNameOf('predict', 'r0b'),
      logNameOf('annotate', 'r0b'),
      logNameOf('run'),
    ],
    ['kafka', 'r0b_feature_maker', 'r0b_predict', 'r0b_annotator', 'bigbashboy'],
  );
});

describe('a logger', () => {
  test('writes each line at once to the folder of the day, errors to their own file as well', (t) => {
    const paths = dataFolder(t);
    const log = createLogger(paths, 'kafka', { stdout: false });
    log.info({ stem: '20260301_000001' }, 'first');
    log.error({ err: new TypeError('broken') }, 'second');
    log.debug('not at this level');
    const folder = paths.logs(nightOf(new Date()));
    const lines = linesOf(join(folder, 'kafka.log'));
    assert.deepEqual(
      lines.map(({ level, msg, name }) => [level, msg, name]),
      [
        ['info', 'first', 'kafka'],
        ['error', 'second', 'kafka'],
      ],
    );
    assert.equal(lines[0]?.stem, '20260301_000001');
    assert.match(String(lines[0]?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(JSON.stringify(lines[1]?.err), /"stack":"TypeError: broken\\n +at /);
    assert.deepEqual(linesOf(join(folder, 'lvra_kafka_error.log')), [lines[1]]);
  });

  test('opens a new folder with the new UTC day, without a restart', (t) => {
    const paths = dataFolder(t);
    t.mock.timers.setTime(Date.UTC(2026, 11, 31, 23, 59, 59, 999));
    const log = createLogger(paths, 'r0b_predict', { stdout: false });
    log.info('old year');
    t.mock.timers.tick(1);
    log.info('new year');
    log.error('new error');
    const messages = (night: string, file: string) =>
      linesOf(join(paths.root, 'logs', night.slice(0, 4), night, file)).map(({ msg }) => msg);
    assert.deepEqual(messages('20261231', 'r0b_predict.log'), ['old year']);
    assert.deepEqual(messages('20270101', 'r0b_predict.log'), ['new year', 'new error']);
    assert.deepEqual(messages('20270101', 'r0b_predict_error.log'), ['new error']);
    assert.equal(readFileSync(join(paths.root, 'logs/2026/20261231/r0b_predict_error.log'), 'utf8'), '');
  });

  test('has made the files of the spec by the first line of a day', (t) => {
    const paths = dataFolder(t);
    const names = [
      logNameOf('consumer'),
      ...(['feature', 'predict', 'annotate'] as const).map((s) => logNameOf(s, 'r0b')),
    ];
    for (const name of names) createLogger(paths, name, { stdout: false }).info('first');
    assert.deepEqual(readdirSync(paths.logs(nightOf(new Date()))).sort(), [
      'kafka.log',
      'lvra_kafka_error.log',
      'r0b_annotator.log',
      'r0b_annotator_error.log',
      'r0b_feature_maker.log',
      'r0b_feature_maker_error.log',
      'r0b_predict.log',
      'r0b_predict_error.log',
    ]);
  });

  test('continues in new files if its own were removed or renamed, or their folder was', (t) => {
    const paths = dataFolder(t);
    const log = createLogger(paths, 'kafka', { stdout: false });
    const folder = paths.logs(nightOf(new Date()));
    const messages = (file: string) => linesOf(join(folder, file)).map(({ msg }) => msg);
    log.error('before');
    for (const file of ['kafka.log', 'lvra_kafka_error.log']) rmSync(join(folder, file));
    log.error('after they were removed');
    assert.deepEqual(messages('kafka.log'), ['after they were removed']);
    assert.deepEqual(messages('lvra_kafka_error.log'), ['after they were removed']);
    renameSync(join(folder, 'kafka.log'), join(folder, 'kafka.log.1'));
    log.info('after it was renamed');
    assert.deepEqual(messages('kafka.log'), ['after it was renamed']);
    assert.deepEqual(messages('kafka.log.1'), ['after they were removed']);
    rmSync(join(paths.root, 'logs'), { recursive: true });
    log.info('after the folder was removed');
    assert.deepEqual(messages('kafka.log'), ['after the folder was removed']);
    assert.deepEqual(readFileSync(join(folder, 'lvra_kafka_error.log'), 'utf8'), '');
  });

  test('adds to the file of a process before it', (t) => {
    const paths = dataFolder(t);
    for (const message of ['one', 'two']) createLogger(paths, 'kafka', { stdout: false }).info(message);
    assert.deepEqual(
      linesOf(join(paths.logs(nightOf(new Date())), 'kafka.log')).map(({ msg }) => msg),
      ['one', 'two'],
    );
  });

  test('shows no secret, wherever it stands', (t) => {
    const paths = dataFolder(t);
    const log = createLogger(paths, 'kafka', { stdout: false });
    const secret = 's3cr3t';
    const headers = { authorization: `Token ${secret}`, Authorization: `Token ${secret}`, accept: 'shown' };
    log.warn({ token: secret, password: secret, headers }, 'top');
    log.warn({ settings: { token: secret, credentials: secret, endpoint: 'shown' }, request: { headers } }, 'below');
    log.error({ err: Object.assign(new Error('refused'), { token: secret, headers }) }, 'in an error');
    const text = readFileSync(join(paths.logs(nightOf(new Date())), 'kafka.log'), 'utf8');
    assert.equal(text.includes(secret), false, text);
    assert.equal(text.match(/shown/g)?.length, 4);
  });

  test('continues if its files cannot be written, and reports it once on stderr and every line on stdout', (t) => {
    const paths = dataFolder(t);
    writeFileSync(join(paths.root, 'logs'), 'a file where the folder should be');
    const program = `
      import { createLogger } from ${JSON.stringify(new URL('./log.js', import.meta.url).href)};
      import { dataPaths } from ${JSON.stringify(new URL('../../store/dist/paths.js', import.meta.url).href)};
      const log = createLogger(dataPaths(process.argv[1]), 'kafka', { stdout: true });
      for (const message of ['one', 'two', 'three']) log.info(message);`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program, paths.root], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
      ['one', 'two', 'three'],
    );
    assert.match(stderr, /^cannot write kafka\.log: .*\n$/);
  });
});

describe('for any text', () => {
  const hostile = [
    'a\nb',
    'a\r\nb',
    '\0',
    '\ud800',
    '\x1b[31m',
    '\x9b31m',
    '\x7f',
    '\u2028',
    '\u202etxt.exe',
    '"\\',
    '=1+1',
  ];

  test('each line of a log is one JSON object, and holds nothing that a terminal obeys', (t) => {
    const paths = dataFolder(t);
    const log = createLogger(paths, 'kafka', { stdout: false });
    for (const text of hostile)
      log.warn({ stem: text, err: new Error(text), [text]: 1 }, `alert in quarantine: ${text}`);
    const content = readFileSync(join(paths.logs(nightOf(new Date())), 'kafka.log'), 'utf8');
    const lines = content.trimEnd().split('\n');
    assert.equal(lines.length, hostile.length);
    lines.forEach((line, number) => {
      const entry = JSON.parse(line) as { msg: string; stem: string };
      if (hostile[number] !== '\ud800') assert.equal(entry.stem, hostile[number]);
      assert.doesNotMatch(line, /[\p{Cc}\u2028\u202e]/u);
    });
  });

  test('a secret is hidden by its value, in a message, a stack, an address or a body', (t) => {
    const paths = dataFolder(t);
    rememberSecret('t0ken-of-this-test');
    const log = createLogger(paths, 'kafka', { stdout: false });
    const error = new Error('GET https://lasair/api/?token=t0ken-of-this-test failed');
    log.error({ err: error, request: { deep: { deeper: { body: '{"k":"t0ken-of-this-test"}' } } } }, error.message);
    const content = readFileSync(join(paths.logs(nightOf(new Date())), 'kafka.log'), 'utf8');
    assert.doesNotMatch(content, /t0ken-of-this-test/);
    assert.equal(content.match(/\[secret\]/g)?.length, 4);
  });
});
