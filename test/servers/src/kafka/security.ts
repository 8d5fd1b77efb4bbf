import { join } from 'node:path';
import { type Certificates, joinPem } from '../certificates.js';
import { freePort } from '../ports.js';

export interface KafkaSecurityOptions {
  /** The one account, with SCRAM-SHA-512. */
  readonly user: string;
  readonly password: string;
  readonly certificates: Certificates;
}

/** One listener a kind of security; the plain listener beside them may do everything. */
export interface SecuredBrokers {
  /** An account, no encryption: what Rubin's brokers have. */
  readonly account: string[];
  /** An account over TLS. */
  readonly accountTls: string[];
  /** TLS in which the client shows a certificate too. */
  readonly mutualTls: string[];
}

/** What a broker's set-up needs for security. */
export interface SecureListeners {
  readonly listeners: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  readonly formatArguments: readonly string[];
  readonly brokers: SecuredBrokers;
}

const SCRAM_LOGIN = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';

/**
 * Listeners on which a client must authenticate and has only the rights that it was granted. A client of the plain
 * listener has all rights, and grants them.
 */
export async function secureListeners(
  { user, password, certificates }: KafkaSecurityOptions,
  folder: string,
): Promise<SecureListeners> {
  const [account, accountTls, mutualTls] = [await freePort(), await freePort(), await freePort()];
  return {
    listeners: [`SASL://127.0.0.1:${account}`, `SASLTLS://127.0.0.1:${accountTls}`, `TLS://127.0.0.1:${mutualTls}`],
    settings: {
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      'listener.name.sasl.scram-sha-512.sasl.jaas.config': SCRAM_LOGIN,
      'listener.name.sasltls.scram-sha-512.sasl.jaas.config': SCRAM_LOGIN,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': joinPem(certificates.broker, join(folder, 'broker-keystore.pem')),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.ca,
      'listener.name.tls.ssl.client.auth': 'required',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
    formatArguments: ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${password}]`],
    brokers: {
      account: [`127.0.0.1:${account}`],
      accountTls: [`127.0.0.1:${accountTls}`],
      mutualTls: [`127.0.0.1:${mutualTls}`],
    },
  };
}
