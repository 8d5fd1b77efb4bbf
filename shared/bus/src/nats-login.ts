import { readFileSync } from 'node:fs';
import { type ConnectionOptions as ConnectionTlsOptions, checkServerIdentity } from 'node:tls';
import type { NatsServers, NatsTls } from '@lvra/config';
import { messageOf } from '@lvra/core';
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  ErrorCode,
  NatsError,
  type TlsOptions,
  usernamePasswordAuthenticator,
} from 'nats';

/**
 * The client asks this often whether the server is still there, and leaves it when two answers are missing: a host that is
 * gone without a word is noticed within 6 s.
 */
const PING_MS = 2_000;
const PINGS_UNANSWERED = 2;

export interface Login extends Pick<NatsServers, 'prefix' | 'account' | 'credentials' | 'tls'> {
  /** What this service is called at the server. */
  readonly name: string;
}

/**
 * How to connect to one server, once: whoever is disconnected connects anew, so that secrets and certificates are read at
 * each log-in.
 *
 * @throws Error if a file of TLS or of credentials cannot be read
 */
export function loginOf(
  server: string,
  { tls, name, prefix, ...account }: Login,
  answersWithinMs: number,
): ConnectionOptions {
  const authenticator = authenticatorOf(account);
  return {
    ...{ servers: server, name, timeout: answersWithinMs, reconnect: false },
    // A user can be confined to what begins with the prefix.
    inboxPrefix: `_INBOX.${prefix}`,
    // What servers tell of each other are often addresses of a network that only they are in.
    ignoreClusterUpdates: true,
    ...{ pingInterval: PING_MS, maxPingOut: PINGS_UNANSWERED },
    ...(authenticator && { authenticator }),
    ...(tls && { tls: encryption(tls, server) }),
  };
}

function authenticatorOf({
  account,
  credentials,
}: Pick<NatsServers, 'account' | 'credentials'>): Authenticator | undefined {
  if (credentials) {
    const content = new TextEncoder().encode(credentials());
    return credsAuthenticator(content);
  }
  return account && usernamePasswordAuthenticator(account.user, account.password?.());
}

/** The client passes on to Node what it does not know itself. */
function encryption({ ca, certificate, key }: NatsTls, server: string): TlsOptions & ConnectionTlsOptions {
  const host = new URL(server.includes('://') ? server : `nats://${server}`).hostname.replace(/^\[|\]$/g, '');
  return {
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(certificate !== undefined && { cert: readFileSync(certificate, 'utf8') }),
    ...(key !== undefined && { key: readFileSync(key, 'utf8') }),
    // The client would look for `localhost` in the certificate of a server that the settings name by its address.
    checkServerIdentity: (_, of) => checkServerIdentity(host, of),
  };
}

/** What Node says of a certificate that nobody known has signed. */
const NOT_SIGNED = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];

/** What an operator can do about a server that cannot be used. */
export function wordsOf(error: unknown): string {
  const message = messageOf(error);
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (NOT_SIGNED.includes(code)) {
    return `its certificate is signed by nobody known here (${message}): write nats_tls: yes, and as nats_ca the file of who signed it`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${message}): write it in nats_servers as the certificate does, or have one made for this name`;
  }
  if (/^ERR_SSL_.*_ALERT_/.test(code)) {
    return `it refuses our certificate, or misses it (${(error as { reason?: string }).reason}): write nats_certificate and nats_key`;
  }
  if (code === ErrorCode.ServerOptionNotAvailable) {
    return 'it does not encrypt: give it `tls {}` in its configuration, or write nats_tls: no';
  }
  if (code === ErrorCode.Timeout) return `no answer within some seconds (${message})`;
  // The server does not answer JetStream requests at all.
  const isWithout = error instanceof NatsError && code === ErrorCode.JetStreamNotEnabled && !error.api_error;
  if (!isWithout) return message;
  return 'it has no JetStream, or not yet: start it with --jetstream, or with `jetstream {}` in its configuration';
}
