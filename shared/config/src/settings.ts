import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LedgerAddress, UsageError } from '@lvra/core';
import { dataPaths } from '@lvra/store';
import type { z } from 'zod';
import { COMMON_SETTINGS } from './common.js';
import { closestMatch, environmentName, fileName, optionName } from './names.js';
import { readSecret, type Secret } from './secrets.js';
import { type CONSOLE_SETTINGS, type ConsoleSettings, readConsole } from './servers/console.js';
import { KAFKA_PATHS, type KafkaSecurity, readKafkaSecurity } from './servers/kafka.js';
import { LEDGER_PATHS, type LEDGER_SETTINGS, readLedgerServer } from './servers/ledger.js';
import { NATS_PATHS, type NATS_SETTINGS, type NatsServers, readNatsServers } from './servers/nats.js';
import { readVra, type VraSettings } from './vra.js';
import { type Issues, overrideFromEnvironment, type RawSettings, readGroup } from './written.js';
import { PROFILES, type Profile, readYamlFile, shownPath } from './yaml-file.js';

export type { SourceName } from './common.js';
export type { VraSettings } from './vra.js';
export type { Profile } from './yaml-file.js';

type Common = z.output<z.ZodObject<typeof COMMON_SETTINGS>>;

/** Replaced by `groupId`, `schemaRegistry` and `kafkaSecurity` in `Settings`. */
type KafkaKey = (typeof KAFKA_PATHS)[number] | 'kafkaUser' | 'kafkaTls';

/** Replaced by `ledger` in `Settings`. */
type LedgerKey = keyof typeof LEDGER_SETTINGS;

/** Replaced by `nats` in `Settings`. */
type NatsKey = keyof typeof NATS_SETTINGS;

/** Replaced by `console` in `Settings`. */
type ConsoleKey = keyof typeof CONSOLE_SETTINGS;

type Replaced = 'baseDir' | 'vras' | 'replayPath' | KafkaKey | LedgerKey | NatsKey | ConsoleKey;

/** All settings of the pipeline, validated. */
export interface Settings extends Omit<Common, Replaced> {
  readonly profile: Profile;
  /** Absolute; the folder that holds JSON, csv, db, locks and logs. */
  readonly dataRoot: string;
  /** The path of log.db, or a server. */
  readonly ledger: LedgerAddress;
  /** Absolute; set if the source is `replay`. */
  readonly replayPath: string | undefined;
  readonly vras: readonly VraSettings[];
  /** Lasair's; undefined if none is set. */
  readonly token: Secret | undefined;
  /** The environment variable for it in this profile. */
  readonly tokenVariable: string;
  readonly nats: NatsServers;
  readonly console: ConsoleSettings;
  /** The address of a schema registry, or the absolute path of a folder of schemas. */
  readonly schemaRegistry: string | undefined;
  readonly kafkaSecurity: KafkaSecurity;
  /** Mistakes that do not prevent the start, one line each. */
  readonly warnings: readonly string[];
}

export interface SettingsOptions {
  /** By default, the environment of the process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** From the command line, over everything else. */
  readonly overrides?: Overrides;
}

/** Settings given on the command line, each by the option of its name: `replayPath` by `--replay-path`. */
export type Overrides = { readonly [key in keyof typeof COMMON_SETTINGS]?: string };

/** The variables that each profile reads. */
const PROFILE_VARIABLES = {
  production: { dataRoot: 'LVRA_DATA_ROOT', token: 'LASAIR_LSST_TOKEN' },
  development: { dataRoot: 'LVRA_DATA_ROOT_DEV', token: 'LASAIR_LSST_DEV_TOKEN' },
} as const;

/** Variables with the prefix LVRA_ that are not keys of a settings file; the last ones are those of containers. */
const OTHER_VARIABLES = [
  'LVRA_SETTINGS',
  'LVRA_PROFILE',
  'LVRA_DATA_ROOT',
  'LVRA_DATA_ROOT_DEV',
  'LVRA_CODE_ROOT',
  'LVRA_TNS_SETTINGS',
  'LVRA_TNS_API_KEY',
  'LVRA_TNS_API_KEY_FILE',
  'LVRA_NATS_PASSWORD',
  'LVRA_NATS_PASSWORD_FILE',
  'LVRA_KAFKA_PASSWORD',
  'LVRA_KAFKA_PASSWORD_FILE',
  'LVRA_LEDGER_PASSWORD',
  'LVRA_LEDGER_PASSWORD_FILE',
  'LVRA_CONSOLE_PASSWORD',
  'LVRA_CONSOLE_PASSWORD_FILE',
  'LVRA_SERVICE',
  'LVRA_UID',
  'LVRA_GID',
  'LVRA_ENV_FILE',
  'LVRA_CONSUMER_REPLICAS',
  'LVRA_FEATURE_REPLICAS',
  'LVRA_PREDICT_REPLICAS',
  'LVRA_ANNOTATE_REPLICAS',
];

/** The settings that come with the project. */
export const DEFAULT_SETTINGS_FILE = fileURLToPath(new URL('../../../deploy/settings/settings.yaml', import.meta.url));

const COMMON_KEYS = Object.keys(COMMON_SETTINGS);

/**
 * Reads the settings: command line over environment over the profile's section over the file's common keys.
 *
 * @throws UsageError with all mistakes at once, one line each
 */
export function loadSettings(options: SettingsOptions = {}): Settings {
  const environment = options.environment ?? process.env;
  const file = resolve(environment.LVRA_SETTINGS || DEFAULT_SETTINGS_FILE);
  const issues: Issues = [];
  const warnings: string[] = [];

  const profile = readProfile(environment, issues);
  const written = readCommon(file, profile, options, environment, issues, warnings);
  const common = readGroup(COMMON_SETTINGS, written, fileName, issues);
  const { vras, environmentNames } = readVras(written, profile, environment, issues, warnings);
  const { dataRoot: rootName, token: tokenVariable } = PROFILE_VARIABLES[profile];
  const token = readSecret([tokenVariable, 'LASAIR_TOKEN'], environment, issues);
  const kafkaPaths = pathsOf(KAFKA_PATHS, written);
  const kafkaSecurity = common && readKafkaSecurity(common, kafkaPaths, environment, issues);
  const server = common && readLedgerServer(common, pathsOf(LEDGER_PATHS, written), environment, issues);
  const nats = common && readNatsServers(common, pathsOf(NATS_PATHS, written), environment, issues);
  const console = common && readConsole(common, environment, issues);
  const baseDir = resolvePath(written, 'baseDir');
  const dataRoot = environment[rootName] ? resolve(environment[rootName]) : baseDir;
  if (dataRoot === undefined) {
    issues.push(
      `${rootName} is not set: write the folder of the data (profile ${profile}), or base_dir in ${shownPath(file)}`,
    );
  }
  reportUnknownVariables(environment, environmentNames, issues, warnings);
  if (common) issues.push(...validateCombinations(common, vras));
  if (issues.length > 0 || !common || !kafkaSecurity || !nats || !console || dataRoot === undefined)
    throw new UsageError(issues.join('\n'));
  const replayPath = resolvePath(written, 'replayPath');
  const { kafkaUser: _, kafkaTls: __, kafkaCa, kafkaCertificate, kafkaKey, ...withLedger } = common;
  const { ledgerTls, ledgerCa, ledgerCertificate, ledgerKey, ledgerSingleServer, ...withNats } = withLedger;
  const { natsServers, natsUser, natsCredentials, natsTls, natsCa, natsCertificate, natsKey, ...others } = withNats;
  const { natsReplicas, natsPrefix, ...withConsole } = others;
  const { consoleListen, consoleNames, consoleAuth, consoleUserHeader, consoleTrustedProxies, ...alsoConsole } =
    withConsole;
  const { consoleActions, consoleUrl, consoleGrafana, ...rest } = alsoConsole;
  const ledger = server ?? dataPaths(dataRoot).database;
  const groupId = rest.groupId && `${rest.groupPrefix ?? ''}${rest.groupId}`;
  const ofKafka = { groupId, schemaRegistry: kafkaPaths.schemaRegistry, kafkaSecurity };
  return {
    ...rest,
    ...ofKafka,
    ledger,
    profile,
    dataRoot,
    replayPath,
    vras,
    token,
    tokenVariable,
    nats,
    console,
    warnings,
  };
}

function readProfile(environment: NodeJS.ProcessEnv, issues: Issues): Profile {
  const name = environment.LVRA_PROFILE || 'production';
  const profile = PROFILES.find((known) => known === name);
  if (!profile) issues.push(`LVRA_PROFILE is ${JSON.stringify(name)}: write production or development`);
  return profile ?? 'production';
}

function readCommon(
  file: string,
  profile: Profile,
  { overrides = {} }: SettingsOptions,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
  warnings: string[],
): RawSettings {
  const tokenName = PROFILE_VARIABLES[profile].token;
  const forbidden = {
    kafka_password:
      'a secret does not belong in a file of settings: set LVRA_KAFKA_PASSWORD or LVRA_KAFKA_PASSWORD_FILE',
    console_password:
      'a secret does not belong in a file of settings: set LVRA_CONSOLE_PASSWORD or LVRA_CONSOLE_PASSWORD_FILE',
    ledger_password:
      'a secret does not belong in a file of settings: set LVRA_LEDGER_PASSWORD or LVRA_LEDGER_PASSWORD_FILE',
    nats_password: 'a secret does not belong in a file of settings: set LVRA_NATS_PASSWORD or LVRA_NATS_PASSWORD_FILE',
    token: `a secret does not belong in a file of settings: set ${tokenName} or ${tokenName}_FILE`,
  };
  const fromFile = readYamlFile(file, { keys: COMMON_KEYS, nameOf: fileName, forbidden, profile }, issues, warnings);
  // Without the file, single settings cannot be checked.
  if (!fromFile) throw new UsageError(issues.join('\n'));
  overrideFromEnvironment(fromFile, COMMON_KEYS, environmentName, environment);
  for (const [key, value] of Object.entries(overrides)) {
    fromFile.set(key, { value, where: optionName(key), folder: process.cwd() });
  }
  return fromFile;
}

function readVras(
  written: RawSettings,
  profile: Profile,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
  warnings: string[],
) {
  const listed = written.get('vras');
  const files = listed
    ? [listed.value]
        .flat()
        .flatMap((item) => item.split(','))
        .map((path) => resolve(listed.folder, path.trim()))
    : [resolve(dirname(DEFAULT_SETTINGS_FILE), 'vras', 'r0b.yaml')];
  const read = files.map((path) => readVra(path, profile, environment, issues, warnings));
  const vras = read.flatMap(({ settings }) => settings ?? []);
  vras.forEach(({ modelName }, index) => {
    // SQLite's column names ignore case.
    const other = vras.findIndex((vra) => vra.modelName.toLowerCase() === modelName.toLowerCase());
    if (other === index) return;
    const name = vras[other]?.modelName;
    const names = name === modelName ? modelName : `${name} and ${modelName}, which differ in letter case only`;
    issues.push(`two VRAs are called ${names}: give each a MODEL_NAME of its own`);
  });
  return { vras, environmentNames: read.flatMap((vra) => vra.environmentNames) };
}

function resolvePath(written: RawSettings, key: string): string | undefined {
  const found = written.get(key);
  return typeof found?.value === 'string' ? resolve(found.folder, found.value) : undefined;
}

function pathsOf<Key extends string>(keys: readonly Key[], written: RawSettings): Record<Key, string | undefined> {
  return Object.fromEntries(keys.map((key) => [key, addressOrPath(written, key)])) as Record<Key, string | undefined>;
}

function addressOrPath(written: RawSettings, key: string): string | undefined {
  const value = written.get(key)?.value;
  return typeof value === 'string' && /^https?:/.test(value) ? value.replace(/\/+$/, '') : resolvePath(written, key);
}

/** Warns of unknown variables with the prefix LVRA_; one that is a letter or two away from a known one is an error. */
function reportUnknownVariables(
  environment: NodeJS.ProcessEnv,
  ofVras: string[],
  issues: Issues,
  warnings: string[],
): void {
  const known = [...OTHER_VARIABLES, ...COMMON_KEYS.map((key) => environmentName(key)), ...ofVras];
  const unknown = Object.keys(environment).filter(
    (name) => /^LVRA_(?!ALERT_|TNS_)/.test(name) && !known.includes(name),
  );
  for (const name of unknown) {
    const meant = closestMatch(name, known, 2);
    if (meant !== undefined) issues.push(`${name} is not a setting: did you mean ${meant}?`);
    else warnings.push(`${name} is not a setting and is ignored: unset it, or see deploy/settings/settings.yaml`);
  }
}

/** The settings that others require. */
function validateCombinations(common: Common, vras: readonly VraSettings[]): string[] {
  const issues: string[] = [];
  const demand = (key: keyof Common, why: string) => {
    if (common[key] === undefined) issues.push(`${fileName(key)} is not set: ${why} (or ${environmentName(key)})`);
  };
  if (common.source === 'kafka') {
    demand('kafkaServer', 'the source is kafka; write its host:port');
    demand('myTopic', 'the source is kafka; write the topic to read');
  }
  if (common.source === 'kafka' && common.format === 'avro') {
    demand('schemaRegistry', 'the format is avro; write the address of a schema registry, or a folder of schemas');
  }
  if (common.keepCutouts && common.format !== 'avro') {
    issues.push('keep_cutouts is yes, but only alerts in Avro have cutouts: write format: avro, or keep_cutouts: no');
  }
  if (common.source === 'replay') demand('replayPath', 'the source is replay; write the file or folder to read');
  if (vras.some((vra) => vra.annotate) && !common.dryRun) {
    demand('endpoint', "write the address of Lasair's API, or dry_run: yes");
  }
  const { annotateListSmallest: smallest, annotateListSize: size, annotateListLargest: largest } = common;
  if (smallest > size || size > largest) {
    issues.push(
      `annotate_list_size is ${size}: write a number from annotate_list_smallest (${smallest}) to annotate_list_largest (${largest})`,
    );
  }
  return issues;
}
