import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { assertNotDemoModel, loadSettings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import { print } from '../command-line/output.js';
import { alertReceivers } from './alert-receivers.js';
import { readEnvFile } from './env-file.js';
import { makePasswords } from './passwords.js';

/** Where docker-compose.yml mounts things into the container that prepares the others. */
export interface ContainerPlaces {
  readonly envFile: string;
  readonly exampleFile: string;
  readonly data: string;
  readonly nats: string;
  readonly natsStore: string;
  readonly grafana: string;
  readonly console: string;
  readonly alertmanager: string;
}

export const CONTAINER_PLACES: ContainerPlaces = {
  envFile: '/run/lvra/env',
  exampleFile: '/app/.env.example',
  data: '/data',
  nats: '/run/lvra/nats',
  natsStore: '/run/lvra/nats-store',
  grafana: '/run/lvra/grafana',
  console: '/run/lvra/console',
  alertmanager: '/run/lvra/alertmanager',
};

/** The users of NATS and Alertmanager; docker-compose.yml has the same. */
const NATS_USER = 1000;
const NOBODY = 65_534;

/**
 * What must be done before the containers start: finds mistakes in `.env` and the settings, and makes the data folder
 * and the passwords between containers.
 *
 * @throws UsageError with all mistakes at once
 */
export function prepareContainers(places: ContainerPlaces): void {
  const { values, issues } = readEnvFile(places.envFile, '.env', places.exampleFile);
  const environment = { ...values, LVRA_DATA_ROOT: places.data, LVRA_DATA_ROOT_DEV: places.data };
  const receivers = alertReceivers(environment);
  issues.push(...receivers.issues, ...secretIssues(values), ...composeIssues(values));
  makePasswords(places);
  const ofConsole = consoleEnvironment(values, `${places.console}/password`);
  issues.push(...settingsIssues({ ...process.env, ...environment, ...ofConsole }));
  const [user, group] = [owner('LVRA_UID', values, issues), owner('LVRA_GID', values, issues)];
  if (issues.length > 0) throw new UsageError(issues.join('\n'));

  for (const warning of receivers.warnings) print(`warning: ${warning}`);
  chownSync(places.natsStore, NATS_USER, NATS_USER);
  giveNewFolder(places.data, user, group);
  const configuration = `${places.alertmanager}/alertmanager.yml`;
  writeFileSync(configuration, receivers.configuration);
  chownSync(configuration, NOBODY, NOBODY);
  chmodSync(configuration, 0o400);
  // No network here: where the ledger is on a server, `lvra init` runs beside it (deploy/compose.cluster.yml).
  if (process.env.LVRA_LEDGER) return;
  // As its owner: the services could not write to what root creates there.
  execFileSync(process.execPath, [String(process.argv[1]), 'init'], {
    uid: user,
    gid: group,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
}

/** Each container mounts its own secrets alone, so no service sees a file in another folder. */
const SECRET_FOLDERS: readonly (readonly [variable: RegExp, folder: string])[] = [
  [/^LASAIR_\w*TOKEN_FILE$/, 'annotate'],
  [/^LVRA_KAFKA_PASSWORD_FILE$/, 'consumer'],
  [/^LVRA_TNS_API_KEY_FILE$/, 'tns'],
  [/^LVRA_ALERT_\w+_FILE$/, 'alerts'],
];

/** @returns issues with files of secrets that are not where their container looks */
export function secretIssues(values: Readonly<Record<string, string>>): string[] {
  return SECRET_FOLDERS.flatMap(([variable, folder]) =>
    Object.entries(values)
      .filter(([name, path]) => variable.test(name) && path !== '' && !path.startsWith(`/run/secrets/${folder}/`))
      .map(([name]) => `${name}: put the file into secrets/${folder} and write /run/secrets/${folder}/<its name>`),
  );
}

/** Values that Compose itself reads, and accepts in more forms than are meant here. */
export function composeIssues(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === '') return [];
    // Docker takes a port alone for that port of every address.
    if (/_LISTEN$/.test(name) && !/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+$/i.test(value)) {
      return [
        `${name} is ${JSON.stringify(value)}: write ADDRESS:PORT, such as 127.0.0.1:3000; a port alone would be open to every network`,
      ];
    }
    if (/^(PROMETHEUS|ALERTMANAGER|GRAFANA)_URL$/.test(name) && !/^https?:\/\/[^/\s]+$/.test(value)) {
      return [`${name} is ${JSON.stringify(value)}: write http://… or https://…, without a path`];
    }
    if (/_REPLICAS$/.test(name) && !/^[1-9]\d?$/.test(value)) {
      return [`${name} is ${JSON.stringify(value)}: write how many there are to be, 1 at least`];
    }
    return [];
  });
}

/** Of the console, as docker-compose.yml has it: to the container, every other one is elsewhere. */
export function consoleEnvironment(values: Readonly<Record<string, string>>, passwordFile: string) {
  return {
    LVRA_CONSOLE_LISTEN: '0.0.0.0:8470',
    LVRA_CONSOLE_AUTH: values.LVRA_CONSOLE_AUTH || 'password',
    LVRA_CONSOLE_PASSWORD_FILE: passwordFile,
  };
}

/** @param environment as the services will have it */
export function settingsIssues(environment: NodeJS.ProcessEnv): string[] {
  try {
    const settings = loadSettings({ environment });
    const { vras, dryRun, token, tokenVariable } = settings;
    if (token === undefined && !dryRun && vras.some(({ annotate }) => annotate)) {
      return [`${tokenVariable} is empty: write your Lasair token, or ${tokenVariable}_FILE, or LVRA_DRY_RUN=yes`];
    }
    for (const vra of vras) assertNotDemoModel(settings, vra);
    return [];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [error.message];
  }
}

function owner(name: string, values: Record<string, string>, issues: string[]): number {
  const written = values[name] || '1000';
  if (!/^[1-9]\d{0,8}$/.test(written)) {
    issues.push(
      `${name} is ${JSON.stringify(written)}: write the number of the user or group that owns the data, not root`,
    );
  }
  return Number(written);
}

/** A volume that Docker has just made belongs to root. The owner of any other folder stays. */
function giveNewFolder(path: string, user: number, group: number): void {
  const { uid } = statSync(path);
  if (uid !== user && readdirSync(path).length === 0) chownSync(path, user, group);
}
