import { type LedgerServer, parseLedgerServer, type ServerNames } from '@lvra/core';
import { readSecret } from '../secrets.js';
import { text, yesNo } from '../values.js';
import type { Issues } from '../written.js';
import { readPem } from './kafka.js';

const ADDRESS =
  'postgres://user@host1,host2:5433/database, without a password; empty for the file db/log.db of the data folder';

/** Where the ledger is. */
export const LEDGER_SETTINGS = {
  ledger: text(ADDRESS)
    .refine((given) => parseLedgerServer(given) !== undefined, `write ${ADDRESS}`)
    .optional(),
  ledgerTls: yesNo().optional(),
  ledgerCa: text('the file of the certificates that sign the server’s').optional(),
  ledgerCertificate: text('the file of our own certificate').optional(),
  ledgerKey: text('the file of our own certificate’s key').optional(),
  ledgerSingleServer: yesNo().default(false),
};

/** Those of them that are paths. */
export const LEDGER_PATHS = ['ledgerCa', 'ledgerCertificate', 'ledgerKey'] as const;

interface Written {
  readonly ledger?: string | undefined;
  readonly ledgerTls?: boolean | undefined;
  readonly ledgerSingleServer: boolean;
}

/** The server of the ledger; undefined if it is a file. Reports what is missing or contradictory. */
export function readLedgerServer(
  { ledger, ledgerTls, ledgerSingleServer: singleServer }: Written,
  { ledgerCa: ca, ledgerCertificate: certificate, ledgerKey: key }: Readonly<Record<string, string | undefined>>,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
): LedgerServer | undefined {
  const password = readSecret(['LVRA_LEDGER_PASSWORD'], environment, issues);
  const server = ledger === undefined ? undefined : parseLedgerServer(ledger);
  if ((certificate === undefined) !== (key === undefined)) {
    issues.push('ledger_certificate and ledger_key go together: write both or none');
  }
  if (!server) {
    if ((ca ?? certificate ?? password ?? ledgerTls) !== undefined) {
      issues.push(
        'ledger_tls, ledger_ca, ledger_certificate and the ledger’s password count on a server only: set ledger, or leave them out',
      );
    }
    return undefined;
  }
  const isTls = ledgerTls ?? !server.hosts.every(isLoopback);
  if (!isTls && (ca ?? certificate) !== undefined) {
    issues.push(
      'ledger_ca, ledger_certificate and ledger_key count with ledger_tls: yes only: write it, or leave them out',
    );
  }
  if (isTls) {
    for (const [name, path] of Object.entries({ ledger_ca: ca, ledger_certificate: certificate, ledger_key: key })) {
      if (path !== undefined) readPem(name, path, issues);
    }
  }
  return { ...server, password, tls: isTls ? { ca, certificate, key } : undefined, singleServer };
}

function isLoopback({ host }: ServerNames['hosts'][number]): boolean {
  return host === 'localhost' || /^127\./.test(host);
}
