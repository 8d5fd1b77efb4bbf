import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { UsageError } from '../errors.js';
import { COMMON_SETTINGS } from './common.js';
import { KAFKA_PATHS, type KafkaSecurity, readKafkaSecurity } from './kafka.js';
import { environmentName, fileName, nearest } from './names.js';
import { readSecret, type Secret } from './secrets.js';
import { readVra, type VraSettings } from './vra.js';
import { type Complaints, overrideFromEnvironment, readGroup, type WrittenValues } from './written.js';
import { PROFILES, type Profile, readYamlFile, shownPath } from './yaml-file.js';

export type { SourceName } from './common.js';
export type { VraSettings } from './vra.js';
export type { Profile } from './yaml-file.js';

type Common = z.output<z.ZodObject<typeof COMMON_SETTINGS>>;

/** What is said by `groupId`, `schemaRegistry` and `kafkaSecurity` in the end. */
type KafkaKey = (typeof KAFKA_PATHS)[number] | 'kafkaUser' | 'kafkaTls';

/** Everything that the pipeline is told from outside, checked. */
export interface Settings extends Omit<Common, 'baseDir' | 'vras' | 'replayPath' | KafkaKey> {
  readonly profile: Profile;
  /** Absolute; the folder that holds JSON, csv, db, locks and logs. */
  readonly dataRoot: string;
  /** Absolute; there where the source is `replay`. */
  readonly replayPath: string | undefined;
  readonly vras: readonly VraSettings[];
  /** Lasair's; undefined where none is set. */
  readonly token: Secret | undefined;
  /** The environment variable for it in this profile. */
  readonly tokenVariable: string;
  readonly natsPassword: Secret | undefined;
  /** The address of a schema registry, or the absolute path of a folder of schemas. */
  readonly schemaRegistry: string | undefined;
  readonly kafkaSecurity: KafkaSecurity;
  /** What a person should know though it is no error, one line each. */
  readonly warnings: readonly string[];
}

export interface SettingsOptions {
  /** The environment; that of the process unless told. */
  readonly environment?: NodeJS.ProcessEnv;
  /** From the command line, over everything else. */
  readonly overrides?: readonly Override[];
}

/** A setting given on the command line. */
export interface Override {
  readonly key: keyof typeof COMMON_SETTINGS;
  readonly value: string;
  /** What a person wrote it as: `--source`. */
  readonly option: string;
}

/** What each profile takes from where. */
const OF_PROFILE = {
  production: { dataRoot: 'LVRA_DATA_ROOT', token: 'LASAIR_LSST_TOKEN' },
  development: { dataRoot: 'LVRA_DATA_ROOT_DEV', token: 'LASAIR_LSST_DEV_TOKEN' },
} as const;

/** Variables with our prefix that are not keys of a settings file; the last ones are those of containers. */
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
  const complaints: Complaints = [];
  const warnings: string[] = [];

  const profile = readProfile(environment, complaints);
  const written = readCommon(file, profile, options, environment, complaints, warnings);
  const common = readGroup(COMMON_SETTINGS, written, fileName, complaints);
  const { vras, environmentNames } = readVras(written, profile, environment, complaints, warnings);
  const { dataRoot: rootName, token: tokenVariable } = OF_PROFILE[profile];
  const token = readSecret([tokenVariable, 'LASAIR_TOKEN'], environment, complaints);
  const natsPassword = readSecret(['LVRA_NATS_PASSWORD'], environment, complaints);
  const kafkaPaths = Object.fromEntries(KAFKA_PATHS.map((key) => [key, addressOrPath(written, key)])) as Record<
    (typeof KAFKA_PATHS)[number],
    string | undefined
  >;
  const kafkaSecurity = common && readKafkaSecurity(common, kafkaPaths, environment, complaints);
  const baseDir = resolvePath(written, 'baseDir');
  const dataRoot = environment[rootName] ? resolve(environment[rootName]) : baseDir;
  if (dataRoot === undefined) {
    complaints.push(
      `${rootName} is not set: write the folder of the data (profile ${profile}), or base_dir in ${shownPath(file)}`,
    );
  }
  complainOfStrangers(environment, environmentNames, complaints, warnings);
  if (common) complaints.push(...contradictions(common, vras));
  if (complaints.length > 0 || !common || !kafkaSecurity || dataRoot === undefined)
    throw new UsageError(complaints.join('\n'));
  const replayPath = resolvePath(written, 'replayPath');
  const { kafkaUser: _, kafkaTls: __, kafkaCa, kafkaCertificate, kafkaKey, ...rest } = common;
  const groupId = rest.groupId && `${rest.groupPrefix ?? ''}${rest.groupId}`;
  const ofKafka = { groupId, schemaRegistry: kafkaPaths.schemaRegistry, kafkaSecurity };
  return { ...rest, ...ofKafka, profile, dataRoot, replayPath, vras, token, tokenVariable, natsPassword, warnings };
}

function readProfile(environment: NodeJS.ProcessEnv, complaints: Complaints): Profile {
  const name = environment.LVRA_PROFILE || 'production';
  const profile = PROFILES.find((known) => known === name);
  if (!profile) complaints.push(`LVRA_PROFILE is ${JSON.stringify(name)}: write production or development`);
  return profile ?? 'production';
}

function readCommon(
  file: string,
  profile: Profile,
  { overrides = [] }: SettingsOptions,
  environment: NodeJS.ProcessEnv,
  complaints: Complaints,
  warnings: string[],
): WrittenValues {
  const tokenName = OF_PROFILE[profile].token;
  const forbidden = {
    kafka_password:
      'a secret does not belong in a file of settings: set LVRA_KAFKA_PASSWORD or LVRA_KAFKA_PASSWORD_FILE',
    nats_password: 'a secret does not belong in a file of settings: set LVRA_NATS_PASSWORD or LVRA_NATS_PASSWORD_FILE',
    token: `a secret does not belong in a file of settings: set ${tokenName} or ${tokenName}_FILE`,
  };
  const fromFile = readYamlFile(
    file,
    { keys: COMMON_KEYS, nameOf: fileName, forbidden, profile },
    complaints,
    warnings,
  );
  // Without the file there is nothing to say about single settings.
  if (!fromFile) throw new UsageError(complaints.join('\n'));
  overrideFromEnvironment(fromFile, COMMON_KEYS, environmentName, environment);
  for (const { key, value, option } of overrides) fromFile.set(key, { value, where: option, folder: process.cwd() });
  return fromFile;
}

function readVras(
  written: WrittenValues,
  profile: Profile,
  environment: NodeJS.ProcessEnv,
  complaints: Complaints,
  warnings: string[],
) {
  const listed = written.get('vras');
  const files = listed
    ? [listed.value]
        .flat()
        .flatMap((item) => item.split(','))
        .map((path) => resolve(listed.folder, path.trim()))
    : [resolve(dirname(DEFAULT_SETTINGS_FILE), 'vras', 'r0b.yaml')];
  const read = files.map((path) => readVra(path, profile, environment, complaints, warnings));
  const vras = read.flatMap(({ settings }) => settings ?? []);
  vras.forEach(({ modelName }, index) => {
    // SQLite's column names know no case.
    const other = vras.findIndex((vra) => vra.modelName.toLowerCase() === modelName.toLowerCase());
    if (other === index) return;
    const name = vras[other]?.modelName;
    const names = name === modelName ? modelName : `${name} and ${modelName}, which differ in letter case only`;
    complaints.push(`two VRAs are called ${names}: give each a MODEL_NAME of its own`);
  });
  return { vras, environmentNames: read.flatMap((vra) => vra.environmentNames) };
}

function resolvePath(written: WrittenValues, key: string): string | undefined {
  const found = written.get(key);
  return typeof found?.value === 'string' ? resolve(found.folder, found.value) : undefined;
}

function addressOrPath(written: WrittenValues, key: string): string | undefined {
  const value = written.get(key)?.value;
  return typeof value === 'string' && /^https?:/.test(value) ? value.replace(/\/+$/, '') : resolvePath(written, key);
}

/** No variable with our prefix is ignored without a word; one that is a letter or two away from a known one is a mistake. */
function complainOfStrangers(
  environment: NodeJS.ProcessEnv,
  ofVras: string[],
  complaints: Complaints,
  warnings: string[],
): void {
  const known = [...OTHER_VARIABLES, ...COMMON_KEYS.map((key) => environmentName(key)), ...ofVras];
  const strangers = Object.keys(environment).filter(
    (name) => /^LVRA_(?!ALERT_|TNS_)/.test(name) && !known.includes(name),
  );
  for (const name of strangers) {
    const meant = nearest(name, known, 2);
    if (meant !== undefined) complaints.push(`${name} is no setting: did you mean ${meant}?`);
    else warnings.push(`${name} is no setting and counts for nothing: unset it, or see deploy/settings/settings.yaml`);
  }
}

/** What each setting demands of others. */
function contradictions(common: Common, vras: readonly VraSettings[]): string[] {
  const complaints: string[] = [];
  const demand = (key: keyof Common, why: string) => {
    if (common[key] === undefined) complaints.push(`${fileName(key)} is not set: ${why} (or ${environmentName(key)})`);
  };
  if (common.source === 'kafka') {
    demand('kafkaServer', 'the source is kafka; write its host:port');
    demand('myTopic', 'the source is kafka; write the topic to read');
  }
  if (common.source === 'kafka' && common.format === 'avro') {
    demand('schemaRegistry', 'the format is avro; write the address of a schema registry, or a folder of schemas');
  }
  if (common.keepCutouts && common.format !== 'avro') {
    complaints.push(
      'keep_cutouts is yes, but only alerts in Avro have cutouts: write format: avro, or keep_cutouts: no',
    );
  }
  if (common.source === 'replay') demand('replayPath', 'the source is replay; write the file or folder to read');
  if (vras.some((vra) => vra.annotate) && !common.dryRun) {
    demand('endpoint', "write the address of Lasair's API, or dry_run: yes");
  }
  const { annotateListSmallest: smallest, annotateListSize: size, annotateListLargest: largest } = common;
  if (smallest > size || size > largest) {
    complaints.push(
      `annotate_list_size is ${size}: write a number from annotate_list_smallest (${smallest}) to annotate_list_largest (${largest})`,
    );
  }
  return complaints;
}
