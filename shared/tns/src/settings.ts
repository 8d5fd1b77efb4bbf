import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  closestMatch,
  decimal,
  environmentName,
  fileName,
  type Issues,
  oneOf,
  overrideFromEnvironment,
  PROFILES,
  type RawSettings,
  readGroup,
  readSecret,
  readYamlFile,
  type Secret,
  text,
  webAddress,
  wholeNumber,
} from '@lvra/config';
import { UsageError } from '@lvra/core';
import type { TnsSite } from '@lvra/ledger';
import type { z } from 'zod';

/** The spellings of a report's fields; `services/tns` says what is in each. */
export const FIELD_NAMES = ['old', 'team', 'tns2'] as const;

export type FieldNames = (typeof FIELD_NAMES)[number];

/** The bands of Rubin's filters. */
const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const;

const id = (of: string, usual: string) =>
  text(`the id of ${of} in TNS's tables, a number`)
    .refine((given) => /^[0-9]{1,9}$/.test(given), `write the id of ${of} in TNS's tables, a number`)
    .default(usual);

/** What goes into a header or a report: one line. */
const line = (what: string) =>
  text(what).refine((given) => !/\p{Cc}/u.test(given), `write ${what} on one line, without control characters`);

/**
 * What a report to the Transient Name Server is made of. What each means stands beside it in
 * `deploy/settings/tns.yaml`; a test holds the defaults of the two together.
 */
export const TNS_SETTINGS = {
  reporter: line('who reports, as TNS is to name them'),
  reportingGroup: id('the reporting group', '111'),
  dataSourceGroup: id('the group of the data', '165'),
  botId: text('the id of the bot, a number')
    .refine((given) => /^[0-9]{1,9}$/.test(given), 'write the id of the bot, a number')
    .optional(),
  botName: line("the bot's name")
    .refine((given) => /^[\x20-\x7e]+$/.test(given), "write the bot's name in ASCII: it goes into a header")
    .optional(),

  fieldNames: oneOf(FIELD_NAMES).default('old'),
  atType: id('the type of report', '1'),
  instrument: id('the instrument', '287'),
  filterU: id('the filter u', '160'),
  filterG: id('the filter g', '161'),
  filterR: id('the filter r', '162'),
  filterI: id('the filter i', '163'),
  filterZ: id('the filter z', '164'),
  filterY: id('the filter y', '165'),
  archive: id('the archive', '2'),
  archivalRemarks: line('a remark on the archive').default(''),

  lowestSnr: decimal(1, 1_000).default(5),
  lowestReliability: decimal(0, 1).default(0),

  liveAddress: webAddress('https://www.wis-tns.org/api').default('https://www.wis-tns.org/api'),
  sandboxAddress: webAddress('https://sandbox.wis-tns.org/api').default('https://sandbox.wis-tns.org/api'),
  timeoutSeconds: wholeNumber(1, 3_600).default(300),
  pollSeconds: decimal(0.05, 600).default(5),
  replyMinutes: decimal(0.01, 1_440).default(30),
};

type Found = z.output<z.ZodObject<typeof TNS_SETTINGS>>;

/** The settings of reports to TNS, validated. */
export interface TnsSettings {
  readonly reporter: string;
  /** Ids of TNS's tables. */
  readonly reportingGroup: string;
  readonly dataSourceGroup: string;
  readonly atType: string;
  readonly instrument: string;
  /** By band. */
  readonly filters: ReadonlyMap<string, string>;
  readonly archive: string;
  readonly archivalRemarks: string;
  readonly fieldNames: FieldNames;
  readonly lowestSnr: number;
  readonly lowestReliability: number;
  /** What sending needs; undefined for a dry run. */
  readonly sending: TnsSending | undefined;
}

export interface TnsSending {
  readonly site: TnsSite;
  /** Of the site's API, without a slash at its end. */
  readonly address: string;
  readonly botId: string;
  readonly botName: string;
  readonly apiKey: Secret;
  /** The longest that one call may take. */
  readonly timeoutMs: number;
  /** The first wait for a reply; the later ones double. */
  readonly pollMs: number;
  /** How long to ask for the reply to one submission. */
  readonly replyMs: number;
}

/** The settings that come with the project. */
export const DEFAULT_TNS_FILE = fileURLToPath(new URL('../../../deploy/settings/tns.yaml', import.meta.url));

/** Of the environment: where the settings are, and the key. */
const TNS_VARIABLES = ['LVRA_TNS_SETTINGS', 'LVRA_TNS_API_KEY', 'LVRA_TNS_API_KEY_FILE'] as const;

const KEYS = Object.keys(TNS_SETTINGS);
const nameInEnvironment = (key: string) => environmentName(key, 'tns');

const KEY_ELSEWHERE = 'a secret does not belong in a file of settings: set LVRA_TNS_API_KEY or LVRA_TNS_API_KEY_FILE';

/**
 * Reads the settings of reports to TNS: environment over the profile's section over the file's common keys.
 *
 * @param site where the reports go; undefined for a dry run, which needs no key
 * @throws UsageError with all mistakes at once, one line each
 */
export function loadTnsSettings(site: TnsSite | undefined, environment: NodeJS.ProcessEnv = process.env): TnsSettings {
  const issues: Issues = [];
  const profile = PROFILES.find((known) => known === environment.LVRA_PROFILE) ?? 'production';
  const file = resolve(environment.LVRA_TNS_SETTINGS || DEFAULT_TNS_FILE);
  const options = { keys: KEYS, nameOf: fileName, forbidden: { api_key: KEY_ELSEWHERE }, profile };
  const written = readYamlFile(file, options, issues, []);
  if (!written) throw new UsageError(issues.join('\n'));
  overrideFromEnvironment(written, KEYS, nameInEnvironment, environment);
  const found = readGroup(TNS_SETTINGS, written, nameOfMissing, issues);
  reportUnknownVariables(environment, issues);
  const apiKey = readSecret(['LVRA_TNS_API_KEY'], environment, issues);
  // Checked on the raw text, so that it is reported together with the other mistakes.
  if (written.get('archive')?.value === '0' && !written.has('archivalRemarks')) {
    issues.push(`${nameOfMissing('archivalRemarks')} is not set: archive is 0, another one; write which one`);
  }
  if (site) reportMissing(written, apiKey, issues);
  if (issues.length > 0 || !found) throw new UsageError(issues.join('\n'));
  const sending = site && apiKey !== undefined ? sendingOf(site, found, apiKey) : undefined;
  const filters = new Map(BANDS.map((band) => [band as string, found[`filter${band.toUpperCase() as 'U'}`]]));
  return { ...found, filters, sending };
}

const nameOfMissing = (key: string) => `${fileName(key)} of TNS (${nameInEnvironment(key)})`;

/** What is needed only for sending. */
function reportMissing(written: RawSettings, apiKey: Secret | undefined, issues: Issues): void {
  const demand = (key: keyof typeof TNS_SETTINGS, why: string) => {
    if (!written.has(key)) issues.push(`${nameOfMissing(key)} is not set: ${why}`);
  };
  demand('botId', 'write the id of the bot whose key is used');
  demand('botName', 'write the name of that bot');
  // If the key cannot be read, that is reported already.
  if (apiKey === undefined && !issues.some((issue) => issue.startsWith('LVRA_TNS_API_KEY'))) {
    issues.push("LVRA_TNS_API_KEY is not set: write the bot's key, or name its file in LVRA_TNS_API_KEY_FILE");
  }
}

function sendingOf(site: TnsSite, found: Found, apiKey: Secret): TnsSending {
  return {
    ...{ site, apiKey, botId: found.botId ?? '', botName: found.botName ?? '' },
    address: site === 'live' ? found.liveAddress : found.sandboxAddress,
    timeoutMs: found.timeoutSeconds * 1_000,
    pollMs: found.pollSeconds * 1_000,
    replyMs: found.replyMinutes * 60_000,
  };
}

/** An unknown variable would be ignored silently. */
function reportUnknownVariables(environment: NodeJS.ProcessEnv, issues: Issues): void {
  const known = [...TNS_VARIABLES, ...KEYS.map(nameInEnvironment)];
  const unknown = Object.keys(environment).filter((name) => name.startsWith('LVRA_TNS_') && !known.includes(name));
  for (const name of unknown) {
    const meant = closestMatch(name, known);
    issues.push(`${name} is not a setting${meant === undefined ? '' : `: did you mean ${meant}?`}`);
  }
}
