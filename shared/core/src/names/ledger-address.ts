/** A ledger on a PostgreSQL server, which several hosts may use. */
export interface LedgerServer {
  /** Of one database: the one that takes writes now, and those that may take its place. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly database: string;
  readonly user: string;
  /** Asked at every connection; undefined if the server wants none. */
  readonly password: (() => string) | undefined;
  /** Undefined for no TLS; otherwise the server's certificate and name are checked. */
  readonly tls: LedgerTls | undefined;
  /** Whether a server without synchronous standbys will do: a lost disk is a lost night then. */
  readonly singleServer: boolean;
}

/** Paths of files in PEM. */
export interface LedgerTls {
  /** Of the certificates that sign the server's; undefined for those that the system trusts. */
  readonly ca: string | undefined;
  /** Our own, if the server asks for one. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** The path of a SQLite file, or a server. */
export type LedgerAddress = string | LedgerServer;

/** What `postgres://user@host1:5433,host2/lvra` names. */
export type ServerNames = Pick<LedgerServer, 'hosts' | 'database' | 'user'>;

const ADDRESS =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/?#]+)@)?(?<hosts>[^:@/?#]+(?::[0-9]+)?(?:,[^:@/?#]+(?::[0-9]+)?)*)\/(?<database>[^/?#]+)$/;
const DEFAULT_PORT = 5432;
/** Of the user and of the database, where the address names none. */
const DEFAULT_USER = 'lvra';

/** @returns undefined if it is no such address; one with a password is none */
export function parseLedgerServer(address: string): ServerNames | undefined {
  const parts = ADDRESS.exec(address)?.groups;
  if (!parts) return undefined;
  const hosts = parts.hosts!.split(',').map((each) => {
    const [host = '', port] = each.split(':');
    return { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
  });
  if (hosts.some(({ port }) => port < 1 || port > 65_535)) return undefined;
  try {
    const user = parts.user === undefined ? DEFAULT_USER : decodeURIComponent(parts.user);
    return { hosts, user, database: decodeURIComponent(parts.database!) };
  } catch {
    return undefined;
  }
}

/** For people: without the user. */
export function nameOfLedgerServer({ hosts, database }: ServerNames): string {
  const named = hosts.map(({ host, port }) => (port === DEFAULT_PORT ? host : `${host}:${port}`));
  return `postgres://${named.join(',')}/${database}`;
}
