import { nkeys } from 'nats';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** The authorities of a NATS server on which users log in with credentials files. */
export interface NatsAccounts {
  /** Lines for the server's configuration. */
  readonly config: string;
  /** A new user's credentials file. */
  credentials(user: string): string;
}

/** An operator with two accounts, one of them with JetStream, as `nsc` makes them. */
export function makeNatsAccounts(): NatsAccounts {
  const operator = nkeys.createOperator();
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()];
  const nolimits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const tokenOf = (key: KeyPair, name: string, limits: object) =>
    signed(operator, key, name, { type: 'account', version: 2, limits });
  const authority = signed(operator, operator, 'operator', {
    ...{ type: 'operator', version: 2, system_account: system.getPublicKey() },
  });
  const accounts = [
    `${account.getPublicKey()}: ${tokenOf(account, 'night', { ...nolimits, ...storage })}`,
    `${system.getPublicKey()}: ${tokenOf(system, 'system', nolimits)}`,
  ];
  return {
    config: `operator: ${authority}\nresolver: MEMORY\nresolver_preload: {\n  ${accounts.join('\n  ')}\n}\n`,
    credentials: (name) => {
      const user = nkeys.createUser();
      const token = signed(account, user, name, { type: 'user', version: 2, subs: -1, data: -1, payload: -1 });
      const seed = new TextDecoder().decode(user.getSeed());
      return [
        ...['-----BEGIN NATS USER JWT-----', token, '------END NATS USER JWT------', ''],
        ...['-----BEGIN USER NKEY SEED-----', seed, '------END USER NKEY SEED------', ''],
      ].join('\n');
    },
  };
}

/** A token in which one key says something of another. */
function signed(by: KeyPair, of: KeyPair, name: string, nats: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    jti: name,
    iat: Math.floor(Date.now() / 1_000),
    iss: by.getPublicKey(),
    name,
    sub: of.getPublicKey(),
    nats,
  };
  const content = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${content}.${Buffer.from(by.sign(Buffer.from(content))).toString('base64url')}`;
}
