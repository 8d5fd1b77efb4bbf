import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { loadSettings, type Overrides, type Settings } from './settings.js';

const folder = mkdtempSync(join(tmpdir(), 'lvra-settings-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** Writes a file into a folder of its own. @returns its path */
function write(text: string, name = 'settings.yaml'): string {
  const path = join(folder, String(files++), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** The Python pipeline's files. */
const REFERENCE = `
kafka_server: kafka.example.org:9092
my_topic: lasair_18lvra-fodder
group_id: prod
base_dir: /home/lasair/data/lvra/
endpoint: https://lasair.example.org/api
`;
const REFERENCE_VRA = `
MODEL_PATH: /home/lasair/data/lvra/models/r0b_a1_N411_LR01p1_MaxI50_RS42.joblib
MODEL_NAME: r0b
MODEL_VERSION: a1
TOPIC_OUT: 'r0b_lvra'
EXPLANATION: r0b - Real Or Bogus Classifier
URL: https://example.org/r0b.html
`;

function load(text: string, environment: NodeJS.ProcessEnv = {}, overrides: Overrides = {}): Settings {
  return loadSettings({ environment: { LVRA_SETTINGS: write(text), ...environment }, overrides });
}

/** The lines of the error that these settings end in, without the folder of this test. */
function issues(text: string, environment: NodeJS.ProcessEnv = {}, overrides: Overrides = {}): string[] {
  try {
    load(text, environment, overrides);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message.split('\n').map((line) => line.replaceAll(new RegExp(`${folder}/[0-9]+/`, 'g'), ''));
  }
  assert.fail('the settings were accepted');
}

describe('the settings file', () => {
  test('the Python pipeline’s public_settings.yaml and r0b_config.yaml are enough', () => {
    const file = write(REFERENCE_VRA, 'r0b_config.yaml');
    const settings = load(`${REFERENCE}\nvras: ${file}`);
    assert.deepEqual(settings.kafkaServer, ['kafka.example.org:9092']);
    assert.deepEqual(settings.myTopic, ['lasair_18lvra-fodder']);
    assert.equal(settings.groupId, 'prod');
    assert.equal(settings.dataRoot, '/home/lasair/data/lvra');
    assert.equal(settings.endpoint, 'https://lasair.example.org/api');
    assert.deepEqual(settings.vras, [
      {
        file,
        modelName: 'r0b',
        modelPath: '/home/lasair/data/lvra/models/r0b_a1_N411_LR01p1_MaxI50_RS42.joblib',
        modelVersion: 'a1',
        features: 'r0b',
        topicOut: 'r0b_lvra',
        explanation: 'r0b - Real Or Bogus Classifier',
        url: 'https://example.org/r0b.html',
        lowestScore: undefined,
        history: 0,
        annotate: true,
        positiveLabels: ['real'],
        negativeLabels: ['bogus'],
      },
    ]);
    assert.deepEqual(settings.warnings, []);
  });

  test('a key that is written twice counts as Python reads it, with a warning', () => {
    const settings = load(`${REFERENCE}endpoint: https://other.example.org/api\n`);
    assert.equal(settings.endpoint, 'https://other.example.org/api');
    assert.match(settings.warnings.join(), /settings\.yaml:7: endpoint is written more than once/);
  });

  test('the section of the profile in force wins over the common keys, the other is ignored', () => {
    const text = `${REFERENCE}batch_alerts: 10\nproduction:\n  batch_alerts: 20\ndevelopment:\n  batch_alerts: 30\n  group_id: dev\n`;
    const inProfile = (LVRA_PROFILE: string) => load(text, { LVRA_PROFILE });
    assert.deepEqual([inProfile('').batchAlerts, inProfile('').groupId], [20, 'prod']);
    assert.deepEqual([inProfile('production').batchAlerts, inProfile('production').groupId], [20, 'prod']);
    assert.deepEqual([inProfile('development').batchAlerts, inProfile('development').groupId], [30, 'dev']);
  });

  test('a list of topics is a YAML list or has commas', () => {
    assert.deepEqual(load(`${REFERENCE.replace(/my_topic.*/, 'my_topic: [a, b]')}`).myTopic, ['a', 'b']);
    assert.deepEqual(load(`${REFERENCE.replace(/my_topic.*/, 'my_topic: a, b')}`).myTopic, ['a', 'b']);
  });

  test('a version keeps its digits, and a relative model path counts from its file', () => {
    const vra = REFERENCE_VRA.replace(/MODEL_VERSION.*/, 'MODEL_VERSION: 1.10').replace(
      /MODEL_PATH.*/,
      'MODEL_PATH: models/r0b.onnx',
    );
    const path = write(vra, 'r0b.yaml');
    const [settings] = load(`${REFERENCE}vras: [${path}]`).vras;
    assert.equal(settings?.modelVersion, '1.10');
    assert.equal(settings?.modelPath, join(dirname(path), 'models', 'r0b.onnx'));
  });
});

describe('the environment', () => {
  const vras = `vras: ${write(REFERENCE_VRA, 'r0b_config.yaml')}\n`;

  test('every key can be set from it, and wins over the file', () => {
    const settings = load(REFERENCE + vras, {
      LVRA_KAFKA_SERVER: 'one:9092, two:9092',
      LVRA_MY_TOPIC: 'a,b',
      LVRA_BATCH_SECONDS: '2.5',
      LVRA_DRY_RUN: 'yes',
      LVRA_R0B_MODEL_VERSION: 'a2',
      LVRA_R0B_LOWEST_SCORE: '0.75',
      LVRA_R0B_HISTORY: '5',
      LVRA_R0B_ANNOTATE: 'no',
      LVRA_R0B_POSITIVE_LABELS: 'SN, real',
    });
    assert.deepEqual(settings.kafkaServer, ['one:9092', 'two:9092']);
    assert.deepEqual(settings.myTopic, ['a', 'b']);
    assert.equal(settings.batchSeconds, 2.5);
    assert.equal(settings.dryRun, true);
    const [vra] = settings.vras;
    assert.deepEqual([vra?.modelVersion, vra?.lowestScore, vra?.history, vra?.annotate], ['a2', 0.75, 5, false]);
    assert.deepEqual(vra?.positiveLabels, ['SN', 'real']);
  });

  test('LVRA_R0B_CONFIG names the file of r0b, over the one that vras lists, with a warning', () => {
    const team = write(REFERENCE_VRA.replace('MODEL_VERSION: a1', 'MODEL_VERSION: a7'), 'team.yaml');
    const settings = load(REFERENCE + vras, { LVRA_R0B_CONFIG: team });
    assert.deepEqual(
      settings.vras.map(({ file, modelVersion }) => [file, modelVersion]),
      [[team, 'a7']],
    );
    assert.match(
      settings.warnings.join(),
      /^LVRA_R0B_CONFIG is set: r0b is as .*team\.yaml says, not as .*r0b_config\.yaml$/,
    );
    assert.deepEqual(load(`${REFERENCE}vras: ${team}`, { LVRA_R0B_CONFIG: team }).warnings, []);
    // The shipped file of r0b, as the settings list none.
    assert.equal(load(REFERENCE, { LVRA_R0B_CONFIG: team, LVRA_R0B_MODEL_VERSION: 'a8' }).vras[0]?.modelVersion, 'a8');
  });

  test('a variable with our prefix that says nothing is named', () => {
    const { warnings } = load(REFERENCE + vras, {
      LVRA_AGN_CONFIG: '/agn.yaml',
      LVRA_CODE_ROOT: '/code',
      LVRA_UID: '1',
    });
    assert.deepEqual(warnings, [
      'LVRA_AGN_CONFIG is not a setting and is ignored: unset it, or see deploy/settings/settings.yaml',
    ]);
  });

  test('an option of the command line wins over it', () => {
    assert.equal(load(REFERENCE, { LVRA_SOURCE: 'simulate' }, { source: 'none' }).source, 'none');
    assert.deepEqual(issues(REFERENCE, {}, { source: 'kafak', simulateCount: 'x' }), [
      '--source is "kafak": write one of kafka, replay, simulate, none',
      '--simulate-count is "x": write a whole number from 1 to 1000000000',
    ]);
  });

  test('the data root and the token are those of the profile', () => {
    const environment = {
      LVRA_DATA_ROOT: '/data/prod',
      LVRA_DATA_ROOT_DEV: '/data/dev',
      LASAIR_LSST_TOKEN: 'prod-token',
      LASAIR_LSST_DEV_TOKEN: 'dev-token',
    };
    const production = load(REFERENCE, environment);
    assert.deepEqual([production.dataRoot, production.token?.()], ['/data/prod', 'prod-token']);
    const development = load(REFERENCE, { ...environment, LVRA_PROFILE: 'development' });
    assert.deepEqual([development.dataRoot, development.token?.()], ['/data/dev', 'dev-token']);
  });

  test('LASAIR_TOKEN is used if the profile’s token is not set', () => {
    assert.equal(load(REFERENCE, { LASAIR_TOKEN: 'from-bash' }).token?.(), 'from-bash');
    assert.equal(load(REFERENCE, { LASAIR_TOKEN: 'from-bash', LASAIR_LSST_TOKEN: 'own' }).token?.(), 'own');
    assert.equal(load(REFERENCE, { LASAIR_LSST_TOKEN: '' }).token, undefined);
  });

  test('a secret can be in a file', () => {
    const settings = load(REFERENCE, {
      LASAIR_LSST_TOKEN_FILE: write('abc123\n', 'token'),
      LVRA_NATS_USER: 'night',
      LVRA_NATS_PASSWORD_FILE: write('  hunter2  ', 'password'),
    });
    assert.deepEqual([settings.token?.(), settings.nats.account?.password?.()], ['abc123', 'hunter2']);
  });
});

describe('mistakes', () => {
  const cases: [what: string, text: string, environment: NodeJS.ProcessEnv, lines: (string | RegExp)[]][] = [
    [
      'several at once, from everywhere',
      `${REFERENCE}batch_alerts: many\nhealth_port: 99999\n`,
      { LVRA_PROFILE: 'prod', LVRA_DRY_RUN: 'perhaps', LVRA_R0B_MODEL_VERSION: 'far-too-long-a-version' },
      [
        'LVRA_PROFILE is "prod": write production or development',
        'settings.yaml:7: batch_alerts is "many": write a whole number from 1 to 100000',
        'LVRA_DRY_RUN is "perhaps": write yes or no',
        'settings.yaml:8: health_port is "99999": write a whole number from 0 to 65535',
        /^LVRA_R0B_MODEL_VERSION is "far-too-long-a-version": write the model's version, at most 16 characters/,
      ],
    ],
    [
      'an unknown key, near a known one',
      `${REFERENCE}batch_alert: 5\n`,
      {},
      ['settings.yaml:7: batch_alert is not a setting: did you mean batch_alerts?'],
    ],
    [
      'an unknown key in a profile, also in the one that is not in force',
      `${REFERENCE}development:\n  my_topics: x\n`,
      {},
      ['settings.yaml:8: development.my_topics is not a setting: did you mean my_topic?'],
    ],
    [
      'a variable that is nearly a known one',
      REFERENCE,
      { LVRA_BATCH_ALERT: '5', LVRA_SOMETHING_ELSE: 'x', LVRA_CODE_ROOT: '/code' },
      ['LVRA_BATCH_ALERT is not a setting: did you mean LVRA_BATCH_ALERTS?'],
    ],
    [
      'the name that nats_servers had before',
      `${REFERENCE}nats_server: one:4222\n`,
      { LVRA_NATS_SERVER: 'one:4222' },
      [
        'settings.yaml:7: nats_server is not a setting: did you mean nats_servers?',
        'LVRA_NATS_SERVER is not a setting: did you mean LVRA_NATS_SERVERS?',
      ],
    ],
    [
      'a mistyped LVRA_R0B_CONFIG',
      REFERENCE,
      { LVRA_R0B_CONFG: '/r0b_config.yaml' },
      ['LVRA_R0B_CONFG is not a setting: did you mean LVRA_R0B_CONFIG?'],
    ],
    [
      'an LVRA_R0B_CONFIG that is not there',
      REFERENCE,
      { LVRA_R0B_CONFIG: '/nowhere/r0b_config.yaml' },
      [/^\/nowhere\/r0b_config\.yaml cannot be read: ENOENT/],
    ],
    [
      'an LVRA_R0B_CONFIG of another VRA',
      REFERENCE,
      { LVRA_R0B_CONFIG: write(REFERENCE_VRA.replace('r0b\n', 'agn\n'), 'agn.yaml') },
      ['LVRA_R0B_CONFIG is agn.yaml, whose MODEL_NAME is agn: name the file of r0b'],
    ],
    [
      'no data root',
      REFERENCE.replace(/base_dir.*/, ''),
      { LVRA_PROFILE: 'development', LVRA_DATA_ROOT: '/data' },
      [
        'LVRA_DATA_ROOT_DEV is not set: write the folder of the data (profile development), or base_dir in settings.yaml',
      ],
    ],
    [
      'a source without what it needs',
      'base_dir: /data\nendpoint: https://lasair.example.org/api\ngroup_id: prod\n',
      {},
      [
        'kafka_server is not set: the source is kafka; write its host:port (or LVRA_KAFKA_SERVER)',
        'my_topic is not set: the source is kafka; write the topic to read (or LVRA_MY_TOPIC)',
      ],
    ],
    [
      'a replay of nothing, annotated nowhere',
      'base_dir: /data\nsource: replay\n',
      {},
      [
        'replay_path is not set: the source is replay; write the file or folder to read (or LVRA_REPLAY_PATH)',
        "endpoint is not set: write the address of Lasair's API, or dry_run: yes (or LVRA_ENDPOINT)",
      ],
    ],
    [
      'list sizes out of order',
      REFERENCE,
      { LVRA_ANNOTATE_LIST_SIZE: '5' },
      ['annotate_list_size is 5: write a number from annotate_list_smallest (10) to annotate_list_largest (1000)'],
    ],
    [
      'a secret in the file, which is not repeated',
      `${REFERENCE}token: hunter2\n`,
      {},
      [
        'settings.yaml:7: token: a secret does not belong in a file of settings: set LASAIR_LSST_TOKEN or LASAIR_LSST_TOKEN_FILE',
      ],
    ],
    [
      'a secret given twice, and one that is missing',
      REFERENCE,
      { LASAIR_LSST_TOKEN: 'a', LASAIR_LSST_TOKEN_FILE: '/b', LVRA_NATS_PASSWORD_FILE: '/nowhere/password' },
      [
        'LASAIR_LSST_TOKEN and LASAIR_LSST_TOKEN_FILE are both set: unset one of them',
        /^LVRA_NATS_PASSWORD_FILE cannot be read: ENOENT.*\/nowhere\/password/,
      ],
    ],
    ['a VRA’s file that is missing', `${REFERENCE}vras: none.yaml\n`, {}, [/^none\.yaml cannot be read: ENOENT/]],
    ['a file that is no YAML', 'a: [1, 2\n', {}, [/^settings\.yaml is not YAML: .*[^:]$/]],
    ['a file of another kind', '- one\n- two\n', {}, ['settings.yaml must hold lines of the form `key: value`']],
  ];
  for (const [what, text, environment, lines] of cases) {
    test(what, () => {
      const found = issues(text, environment);
      assert.equal(found.length, lines.length, found.join('\n'));
      for (const [index, line] of lines.entries()) {
        if (typeof line === 'string') assert.equal(found[index], line);
        else assert.match(found[index] ?? '', line);
      }
    });
  }

  const vraCases: [what: string, from: RegExp, to: string, line: RegExp][] = [
    [
      'a name that is no column',
      /MODEL_NAME.*/,
      'MODEL_NAME: r0b; DROP',
      /^r0b\.yaml:3: MODEL_NAME is .*write a letter/,
    ],
    ['the name of another column', /MODEL_NAME.*/, 'MODEL_NAME: Stem', /^r0b\.yaml:3: MODEL_NAME is .*not stem/],
    [
      'a quote that Lasair cannot store',
      /EXPLANATION.*/,
      "EXPLANATION: Smith's",
      /^r0b\.yaml:6: EXPLANATION is .*quotes/,
    ],
    ...(
      [
        ['EXPLANATION', 6, 'r0b – Real Or Bogus'],
        ['URL', 7, 'https://example.org/é'],
        ['TOPIC_OUT', 5, 'r0b_lvrä'],
        ['MODEL_VERSION', 4, 'α1'],
      ] as const
    ).map(([key, line, text]): [string, RegExp, string, RegExp] => [
      `a character beyond ASCII in ${key}`,
      new RegExp(`${key}.*`),
      `${key}: ${text}`,
      new RegExp(`^r0b\\.yaml:${line}: ${key} is .*ASCII`),
    ]),
    ['a key too few', /TOPIC_OUT.*/, '', /^r0b\.yaml: TOPIC_OUT is not set: write the annotator's topic/],
    ['a key too many', /URL.*/, 'URI: x', /^r0b\.yaml:7: URI is not a setting: did you mean URL\?/],
    [
      'a score beyond one',
      /URL.*/,
      'LOWEST_SCORE: 75',
      /^r0b\.yaml:7: LOWEST_SCORE is "75": write a number from 0 to 1/,
    ],
  ];
  for (const [what, from, to, line] of vraCases) {
    test(`in a VRA’s file: ${what}`, () => {
      const found = issues(`${REFERENCE}vras: ${write(REFERENCE_VRA.replace(from, to), 'r0b.yaml')}\n`);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', line);
    });
  }

  for (const [name, named] of [
    ['r0b', 'r0b'],
    ['R0B', 'r0b and R0B, which differ in letter case only'],
  ] as const) {
    test(`two VRAs of one name: r0b and ${name}`, () => {
      const other = write(REFERENCE_VRA.replace('r0b\n', `${name}\n`), 'other.yaml');
      const found = issues(`${REFERENCE}vras:\n  - ${write(REFERENCE_VRA, 'r0b.yaml')}\n  - ${other}\n`);
      assert.deepEqual(found, [`two VRAs are called ${named}: give each a MODEL_NAME of its own`]);
    });
  }
});
