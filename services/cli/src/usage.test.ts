import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { asCalled, hintsAt } from './command-line/called-as.js';
import { makeProgram } from './command-line/program.js';
import { COMMANDS } from './commands.js';
import { runLvra, temporaryFolder } from './testing/run-lvra.js';

const NAMES = [
  'init',
  'run',
  'start',
  'status',
  'model',
  'stem',
  'export',
  'retry',
  'dead',
  'quarantine',
  'tns-report',
  'simulate',
  'sandbox',
  'demo',
];

const NIGHTS = ['--from', '20260422', '--out', 'nights'];
const BACKFILL = ['backfill', '--vra', 'r0b', '--from', '20260422', '--to', '20260422'];

describe('what a person may get wrong', { concurrency: 2 }, () => {
  const { folder, remove } = temporaryFolder();
  after(remove);
  const root = { LVRA_DATA_ROOT: folder };

  const cases: [words: string[], environment: Record<string, string>, line: RegExp][] = [
    [['frobnicate'], root, /^lvra: unknown command 'frobnicate'; see lvra --help$/],
    [['statsu'], root, /^lvra: unknown command 'statsu' \(Did you mean status\?\)/],
    [['tns'], root, /^lvra: unknown command 'tns' \(Did you mean tns-report\?\); see lvra --help$/],
    [['run', '--onc'], root, /^lvra: unknown option '--onc' \(Did you mean --once\?\); see lvra run --help$/],
    [['quarantine', 'list', '--al'], root, /^lvra: unknown option '--al'.*see lvra quarantine list --help$/],
    [['start', 'everything'], root, /^lvra: .*'everything' is invalid.*consumer, feature, predict, annotate/],
    [['start', 'consumer', '--vra', 'r0b'], root, /^lvra: the consumer works for all VRAs/],
    [['start', 'feature', '--vra', 'r0c'], root, /^lvra: there is no VRA r0c in the settings; there are r0b$/],
    [
      ['stem', 'yesterday'],
      root,
      /^lvra: there is no ledger at .*: check the data root, or make one with `lvra init`$/,
    ],
    [['retry'], root, /^lvra: name one stem, or write --failed/],
    [['retry', '--failed', '--force'], root, /^lvra: --force goes with one stem/],
    [['status'], {}, /^lvra: LVRA_DATA_ROOT is not set: /],
    [['status'], { LVRA_DATA_ROOT: `${folder}/nowhere` }, /^lvra: there is no ledger at .*nowhere.*lvra init/],
    [['run'], { LVRA_DATA_ROOT: `${folder}/nowhere` }, /^lvra: there is no data folder at .*nowhere: check/],
    [['status'], { ...root, LVRA_SETTINGS: '/nowhere/s.yaml' }, /^lvra: \/nowhere\/s\.yaml cannot be read: ENOENT/],
    [['run', '--once', '--source', 'replay'], root, /^lvra: replay_path is not set/],
    [['run', '--source', 'replay', '--replay-path', '/nowhere'], root, /^lvra: cannot replay \/nowhere: ENOENT/],
    [['run', '--source', 'kafak'], root, /^lvra: --source is "kafak": write one of kafka, replay, simulate, none$/],
    [['run', '--once', '--source', 'simulate'], root, /^lvra: --once needs an end/],
    [['run', '--once'], { ...root, LVRA_R0B_MODEL_PATH: '/nowhere.onnx' }, /^lvra: the model of r0b cannot be read/],
    [
      ['start', 'predict'],
      { ...root, LVRA_R0B_MODEL_PATH: '/nowhere.onnx', LVRA_LOG_LEVEL: 'error' },
      /^lvra: the model of r0b cannot be read/,
    ],
    [[...BACKFILL, '--stage', 'consumer'], root, /^lvra: .*'consumer' is invalid.*feature, predict, annotate/],
    [['backfill', '--vra', 'r0b'], root, /^lvra: say which VRA and which stems: --vra, --from and --to$/],
    [['backfill', '--cancel', '--from', '20260422'], root, /^lvra: --cancel takes no range$/],
    [['export', ...NIGHTS], root, /^lvra: unknown option '--from'; see lvra export --help/],
    [['export', 'stems', ...NIGHTS], root, /^lvra: unknown command 'stems'; see lvra export --help/],
    [['export', 'labels', ...NIGHTS], root, /^lvra: unknown option '--from'.*; see lvra export labels --help$/],
    [['export', 'training', '--labels', 'real,', '--out', 'x'], root, /^lvra: .*'real,' is invalid. Write words with/],
    [['export', 'training', '--vra', 'r0c', '--out', 'x'], root, /^lvra: there is no VRA r0c in the settings/],
    [['export', 'scores', '--from', '20260422'], root, /^lvra: required option '--out <folder>' not specified/],
    [['export', 'scores', '--from', 'May', '--out', 'x'], root, /^lvra: .*'May' is invalid.*Write a night as YYYYMMDD/],
    [['export', 'scores', ...NIGHTS, '--to', '20260421'], root, /^lvra: --from 20260422 is after --to 20260421$/],
    [
      ['export', 'scores', ...NIGHTS, '--format', 'fits'],
      root,
      /^lvra: .*'fits' is invalid.*parquet, csv, votable, ndjson/,
    ],
    [
      ['export', 'scores', ...NIGHTS],
      { LVRA_DATA_ROOT: `${folder}/nowhere` },
      /^lvra: there is no ledger at .*nowhere/,
    ],
    [['simulate'], root, /^lvra: say where to: --file, or --kafka with --topic$/],
    [['simulate', '--file', '/nowhere/x'], root, /^lvra: --file cannot be written: ENOENT/],
    [['simulate', '--count', 'many', '--file', 'x'], root, /^lvra: .*'many' is invalid.*whole number/],
    [['quarantine', 'list', '--since', 'May'], root, /^lvra: "May" is no night: write YYYYMMDD$/],
    [['quarantine', 'show', 'x'], root, /^lvra: "x" is not the number of an alert in quarantine$/],
    [
      ['run', '--once', '--source', 'none'],
      { ...root, LASAIR_LSST_TOKEN: 'abc', LVRA_ENDPOINT: 'https://lasair.lsst.ac.uk/api' },
      /^lvra: the demonstration model must not annotate at https:\/\/lasair\.lsst\.ac\.uk\/api/,
    ],
  ];
  for (const [words, environment, line] of cases) {
    test(`lvra ${words.join(' ')}: one line on stderr and exit code 2`, async () => {
      // The settings must be readable before a ledger is looked for.
      const ran = await runLvra(words, environment);
      assert.equal(ran.code, 2, ran.stderr);
      assert.equal(ran.stderr.trim().split('\n').length, 1, ran.stderr);
      assert.match(ran.stderr.trim(), line);
      assert.equal(ran.stdout, '');
    });
  }

  test('all mistakes in the settings are said at once', async () => {
    const ran = await runLvra(['status'], { ...root, LVRA_BATCH_ALERTS: 'x', LVRA_LOG_LEVEL: 'y', LVRA_PROFILE: 'z' });
    assert.equal(ran.code, 2);
    const lines = ran.stderr.trim().split('\n');
    assert.equal(lines.length, 3, ran.stderr);
    for (const line of lines) assert.match(line, /^lvra: LVRA_/);
  });
});

describe('lvra --help', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  test('lists every command, and what the exit codes mean', async () => {
    const ran = await runLvra(['--help']);
    assert.equal(ran.code, 0);
    for (const command of NAMES) assert.match(ran.stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    assert.match(ran.stdout, /Exit codes: 0 .*; 1 .*; 2 .*;\n3 /);
  });

  test('stands behind lvra help, too, and the version behind --version', async () => {
    const [short, long, version] = await Promise.all(
      [['help', 'status'], ['status', '--help'], ['--version']].map((words) => runLvra(words)),
    );
    assert.deepEqual(short, long);
    assert.match(version?.stdout ?? '', /^\d+\.\d+\.\d+\n$/);
  });

  test('is what lvra alone says', async () => {
    const [alone, help] = await Promise.all([runLvra([]), runLvra(['--help'])]);
    assert.deepEqual(alone, help);
  });

  test('says the same by way of npx, and npm nothing beside it', async () => {
    const checkout = fileURLToPath(new URL('../../..', import.meta.url));
    const env = { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false' };
    const [direct, { stdout, stderr }] = await Promise.all([
      runLvra(['--help']),
      promisify(execFile)('npx', ['--no-install', 'lvra', '--help'], { cwd: checkout, env }),
    ]);
    hintsAt(Object.keys(COMMANDS));
    assert.deepEqual({ stdout, stderr }, { stdout: asCalled(direct.stdout, 'npx lvra'), stderr: '' });
    assert.match(stdout, /^ {2}npx lvra demo /m);
  });

  for (const command of [
    ...NAMES,
    'model list',
    'model use',
    'quarantine list',
    'quarantine show',
    'quarantine replay',
  ]) {
    test(`lvra ${command} --help says what it does`, async () => {
      const program = await makeProgram(COMMANDS);
      let help = '';
      hear(program, (text) => {
        help += text;
      });
      await assert.rejects(program.parseAsync([...command.split(' '), '--help'], { from: 'user' }), { exitCode: 0 });
      assert.match(help, new RegExp(`^Usage: lvra ${command}`));
      if (!command.includes(' ')) assert.match(help, /Examples?:\n {2}/);
    });
  }
});

function hear(command: Command, writeOut: (text: string) => void): void {
  command.configureOutput({ writeOut });
  for (const each of command.commands) hear(each, writeOut);
}
