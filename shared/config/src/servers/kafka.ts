import { readFileSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { readSecret, type Secret } from '../secrets.js';
import { addressOrPath, oneOf, text, yesNo } from '../values.js';
import type { Issues } from '../written.js';

/** The settings of the Kafka source other than server and topic: the format of the alerts, and the account. */
export const KAFKA_SETTINGS = {
  format: oneOf(['json', 'avro']).default('json'),
  schemaRegistry: addressOrPath('the address of a schema registry, or a folder of schemas').optional(),
  keepCutouts: yesNo().default(false),
  groupPrefix: text('what every group of the account begins with', 200).optional(),
  kafkaUser: text('the name of a Kafka account', 255).optional(),
  kafkaTls: yesNo().default(false),
  kafkaCa: text('the file of the certificates that sign the broker’s').optional(),
  kafkaCertificate: text('the file of our own certificate').optional(),
  kafkaKey: text('the file of our own certificate’s key').optional(),
};

/** Those of them that are paths, unless they are addresses. */
export const KAFKA_PATHS = ['schemaRegistry', 'kafkaCa', 'kafkaCertificate', 'kafkaKey'] as const;

/** How the consumer authenticates at the broker. */
export interface KafkaSecurity {
  /** SASL with SCRAM-SHA-512. */
  readonly account: { readonly user: string; readonly password: Secret } | undefined;
  readonly tls: TlsFiles | undefined;
}

/** What TLS needs, PEM; a client certificate only if the broker asks for one. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

interface Account {
  readonly kafkaUser?: string | undefined;
  readonly kafkaTls: boolean;
}

/** Reads the account's password and the files of TLS; reports what is missing or contradictory. */
export function readKafkaSecurity(
  { kafkaUser: user, kafkaTls }: Account,
  paths: Readonly<Record<(typeof KAFKA_PATHS)[number], string | undefined>>,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
): KafkaSecurity {
  const password = readSecret(['LVRA_KAFKA_PASSWORD'], environment, issues);
  if (user !== undefined && password === undefined) {
    issues.push('kafka_user is set but its password is not: set LVRA_KAFKA_PASSWORD or LVRA_KAFKA_PASSWORD_FILE');
  }
  if (user === undefined && password !== undefined) {
    issues.push('LVRA_KAFKA_PASSWORD is set but kafka_user is not: write the account that it belongs to');
  }
  const { kafkaCa, kafkaCertificate, kafkaKey } = paths;
  if (!kafkaTls && (kafkaCa ?? kafkaCertificate ?? kafkaKey) !== undefined) {
    issues.push(
      'kafka_ca, kafka_certificate and kafka_key count with kafka_tls: yes only: write it, or leave them out',
    );
  }
  if ((kafkaCertificate === undefined) !== (kafkaKey === undefined)) {
    issues.push('kafka_certificate and kafka_key go together: write both or none');
  }
  const pem = (name: string, path: string | undefined) => path && readPem(name, path, issues);
  return {
    account: user !== undefined && password !== undefined ? { user, password } : undefined,
    tls: kafkaTls
      ? {
          ca: pem('kafka_ca', kafkaCa),
          certificate: pem('kafka_certificate', kafkaCertificate),
          key: pem('kafka_key', kafkaKey),
        }
      : undefined,
  };
}

/** @returns undefined, with an issue, if it cannot be read or is something else */
export function readPem(name: string, path: string, issues: Issues): string | undefined {
  try {
    const content = readFileSync(path, 'utf8');
    if (content.includes('-----BEGIN ')) return content;
    issues.push(`${name}: ${path} is not a PEM file: it has no line that says BEGIN`);
  } catch (error) {
    issues.push(`${name} cannot be read: ${messageOf(error)}`);
  }
  return undefined;
}
