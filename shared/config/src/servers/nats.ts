import { readFileSync } from 'node:fs';
import { DEFAULT_PREFIX, isNatsPrefix, messageOf } from '@lvra/core';
import { rememberSecret } from '@lvra/telemetry';
import { readSecret, type Secret, secretOf } from '../secrets.js';
import { servers, text, wholeNumber, yesNo } from '../values.js';
import type { Issues } from '../written.js';
import { readPem } from './kafka.js';

const PREFIX = 'a small letter, then at most 31 small letters, digits, _ or -, without _dead at the end';

/** NATS: where it is, how to log in, and what its streams are. */
export const NATS_SETTINGS = {
  natsServers: servers('127.0.0.1:4222').default(['127.0.0.1:4222']),
  natsUser: text('the name of a NATS user').optional(),
  natsCredentials: text('the file of a NATS user’s credentials').optional(),
  natsTls: yesNo().default(false),
  natsCa: text('the file of the certificates that sign the servers’').optional(),
  natsCertificate: text('the file of our own certificate').optional(),
  natsKey: text('the file of our own certificate’s key').optional(),
  natsReplicas: wholeNumber(1, 5).default(1),
  natsPrefix: text(PREFIX).refine(isNatsPrefix, `write ${PREFIX}`).default(DEFAULT_PREFIX),
};

/** Those of them that are paths. */
export const NATS_PATHS = ['natsCredentials', 'natsCa', 'natsCertificate', 'natsKey'] as const;

/** The servers of the bus. */
export interface NatsServers {
  /** Each `host:port`; one is enough to begin with, and another is taken when it is lost. */
  readonly servers: readonly string[];
  readonly prefix: string;
  /** How many servers keep each stream, at least. */
  readonly replicas: number;
  readonly account?: { readonly user: string; readonly password: Secret | undefined } | undefined;
  /** The content of a credentials file: a token and the key that proves it. */
  readonly credentials?: Secret | undefined;
  /** The paths of PEM files, which are read at each connection; undefined for plain text. */
  readonly tls?: NatsTls | undefined;
}

export interface NatsTls {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

interface Written {
  readonly natsServers: string[];
  readonly natsUser?: string | undefined;
  readonly natsTls: boolean;
  readonly natsReplicas: number;
  readonly natsPrefix: string;
}

/** Reads what NATS needs from settings, files and environment; reports what is missing or contradictory. */
export function readNatsServers(
  { natsServers, natsUser: user, natsTls, natsReplicas: replicas, natsPrefix: prefix }: Written,
  paths: Readonly<Record<(typeof NATS_PATHS)[number], string | undefined>>,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
): NatsServers {
  const { natsCredentials, natsCa: ca, natsCertificate: certificate, natsKey: key } = paths;
  const password = readSecret(['LVRA_NATS_PASSWORD'], environment, issues);
  if (natsCredentials !== undefined && user !== undefined) {
    issues.push(
      'nats_user and nats_credentials are both set: a credentials file names its user, so leave nats_user out',
    );
  }
  if (!natsTls && (ca ?? certificate ?? key) !== undefined) {
    issues.push('nats_ca, nats_certificate and nats_key count with nats_tls: yes only: write it, or leave them out');
  }
  if ((certificate === undefined) !== (key === undefined)) {
    issues.push('nats_certificate and nats_key go together: write both or none');
  }
  if (natsTls) {
    for (const [name, path] of Object.entries({ nats_ca: ca, nats_certificate: certificate, nats_key: key })) {
      if (path !== undefined) readPem(name, path, issues);
    }
  }
  return {
    ...{ servers: natsServers, prefix, replicas },
    account: user === undefined ? undefined : { user, password },
    credentials: natsCredentials === undefined ? undefined : readCredentials(natsCredentials, issues),
    tls: natsTls ? { ca, certificate, key } : undefined,
  };
}

function readCredentials(path: string, issues: Issues): Secret {
  const credentials = secretOf(`${path} (nats_credentials)`, () => credentialsIn(path));
  try {
    credentials();
  } catch (error) {
    issues.push(messageOf(error));
  }
  return credentials;
}

/** @throws Error that says what is wrong with the file, but not its content */
function credentialsIn(path: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`nats_credentials cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const parts = [...content.matchAll(/^-{3,}BEGIN [^\n]*-{3,}\r?\n(\S+)\r?\n-{3,}END/gm)].map(([, part]) => part ?? '');
  if (parts.length !== 2) {
    throw new Error(
      `nats_credentials: ${path} is not a credentials file, which has a token and a key, each below a line that says BEGIN`,
    );
  }
  parts.forEach(rememberSecret);
  return content;
}
