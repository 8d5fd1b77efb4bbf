import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Certificate } from './certificates.js';
import { removeFolder, temporaryFolder } from './folders.js';
import { freePort } from './ports.js';
import { type ServerProcess, startProcess } from './process.js';
import { postgresPrograms } from './tools.js';

const run = promisify(execFile);

/** Of every role. */
export const POSTGRES_PASSWORD = 'a-secret-of-tests';
/** Owns the databases of tests, and may make some. */
const ROLE = 'lvra';
const SUPERUSER = 'postgres';
/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;

export interface PostgresOptions {
  /** Synchronous ones, of which one must have a commit before it is answered. */
  readonly standbys?: number;
  /** Off for tests that lose no power. */
  readonly fsync?: boolean;
  /** Takes connections with TLS alone. */
  readonly tls?: { readonly server: Certificate; readonly ca: string };
  /** More settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A primary, or a standby. */
export interface PostgresHost {
  readonly port: number;
  /** Ends all its processes at once. */
  kill(): Promise<void>;
  /** Stops all its processes, as a host that hangs. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on its files. */
  start(): Promise<void>;
  /** Makes a standby the primary, and waits until it takes writes; the standbys that run follow it. */
  promote(): Promise<void>;
  /** Makes a host that was killed a standby of the primary, with nothing left of what it had, and starts it. */
  rejoin(primary: PostgresHost): Promise<void>;
  /** As superuser. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
}

/** A primary with its standbys, on 127.0.0.1. */
export interface Postgres {
  /** The first is the primary. */
  readonly hosts: readonly PostgresHost[];
  /** For the setting `ledger`. */
  address(database: string): string;
  createDatabase(database: string): Promise<void>;
  /** Ends all and removes their files. */
  stop(): Promise<void>;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const { standbys = 0 } = options;
  const hosts: Host[] = [];
  const addHost = async () => {
    const host = new Host(`host${hosts.length}`, await freePort(), options, hosts);
    hosts.push(host);
    return host;
  };
  const primary = await addHost();
  try {
    await primary.init();
    await primary.query(`CREATE ROLE ${ROLE} LOGIN CREATEDB PASSWORD '${POSTGRES_PASSWORD}'`);
    while (hosts.length <= standbys) await (await addHost()).rejoin(primary);
    if (standbys > 0) await primary.waitForOthers();
    // So that none can take writes alone; of two hosts, the one that is left must.
    if (standbys > 1) for (const standby of hosts.slice(1)) await standby.waitForOthers();
  } catch (error) {
    for (const host of hosts) await host.remove();
    throw error;
  }
  return {
    hosts,
    address: (database) => `postgres://${ROLE}@${hosts.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${database}`,
    createDatabase: async (database) => {
      await primary.query(`CREATE DATABASE ${database} OWNER ${ROLE}`);
    },
    stop: async () => {
      for (const host of hosts) await host.remove();
    },
  };
}

class Host implements PostgresHost {
  readonly #folder = temporaryFolder('postgres');
  #process: ServerProcess | undefined;
  #isFrozen = false;

  /** @param all the hosts of the cluster, this one among them */
  constructor(
    readonly name: string,
    readonly port: number,
    readonly options: PostgresOptions,
    readonly all: readonly Host[],
  ) {
    ownedByServer(this.#folder);
  }

  /** Makes it the first primary, and starts it. */
  async init(): Promise<void> {
    const password = this.#write('password', POSTGRES_PASSWORD);
    await asServer('initdb', [
      ...['--pgdata', this.#data, '--username', SUPERUSER, '--auth', 'scram-sha-256', '--pwfile', password],
      ...['--no-sync', '--encoding', 'UTF8', '--locale', 'C'],
    ]);
    await this.start();
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  async rejoin(primary: PostgresHost): Promise<void> {
    rmSync(this.#data, { recursive: true, force: true });
    await this.#makeSlot(primary);
    await asServer('pg_basebackup', [
      ...['--pgdata', this.#data, '--dbname', this.#connectionTo(primary), '--write-recovery-conf'],
      ...['--checkpoint', 'fast', '--no-sync', '--slot', this.name],
    ]);
    await this.start();
  }

  /** Has a commit here wait for one of the others. */
  async waitForOthers(): Promise<void> {
    const names = this.all.filter((host) => host !== this).map(({ name }) => name);
    await this.#set({ synchronous_standby_names: `ANY 1 (${names.join(', ')})` });
  }

  async start(): Promise<void> {
    const { fsync = true, tls, settings = {} } = this.options;
    const files = tls && {
      ...{ ssl: 'on', ssl_cert_file: this.#copy(tls.server.certificate, 'server.pem') },
      ...{ ssl_key_file: this.#copy(tls.server.key, 'server.key'), ssl_ca_file: this.#copy(tls.ca, 'ca.pem') },
    };
    if (tls)
      this.#write(
        'data/pg_hba.conf',
        'hostssl all lvra 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\nhostssl all all 127.0.0.1/32 scram-sha-256\n',
      );
    const all = {
      ...{ listen_addresses: '127.0.0.1', port: String(this.port), unix_socket_directories: this.#folder },
      ...{
        fsync: fsync ? 'on' : 'off',
        max_connections: '200',
        wal_keep_size: '256MB',
        wal_retrieve_retry_interval: '200ms',
        ...files,
        ...settings,
      },
    };
    const args = ['-D', this.#data, ...Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
    const [command, ...before] = serverCommand('postgres');
    const ready = /database system is ready to accept (connections|read-only connections)/;
    this.#process = await startProcess({
      ...{ name: 'postgres', command: command!, args: [...before, ...args], ready, withinMs: 30_000 },
    });
  }

  async kill(): Promise<void> {
    const children = this.#children();
    await this.#process?.end('SIGKILL');
    for (const pid of children) signal(pid, 'SIGKILL');
    this.#process = undefined;
  }

  freeze(): void {
    this.#isFrozen = true;
    // Its own process first: it would miss its children's deaths.
    for (const pid of this.#all()) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const pid of this.#all().reverse()) signal(pid, 'SIGCONT');
  }

  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 30)');
    for (const host of this.all) if (await host.#isStandby()) await host.#follow(this);
  }

  async #isStandby(): Promise<boolean> {
    if (!this.#process || this.#isFrozen) return false;
    return (await this.query('SELECT pg_is_in_recovery() AS "is"'))[0]?.is === true;
  }

  async #follow(primary: PostgresHost): Promise<void> {
    await this.#makeSlot(primary);
    await this.#set({ primary_conninfo: this.#connectionTo(primary) });
  }

  /** So that the primary keeps what this standby has not read. */
  async #makeSlot(primary: PostgresHost): Promise<void> {
    const isThere = `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${this.name}'`;
    await primary.query(
      `SELECT pg_create_physical_replication_slot('${this.name}', true) WHERE NOT EXISTS (${isThere})`,
    );
  }

  #connectionTo({ port }: PostgresHost): string {
    return `host=127.0.0.1 port=${port} user=${SUPERUSER} password=${POSTGRES_PASSWORD} application_name=${this.name}`;
  }

  async #set(settings: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(settings)) await this.query(`ALTER SYSTEM SET ${key} = '${value}'`);
    await this.query('SELECT pg_reload_conf()');
  }

  async query(sql: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const ssl = this.options.tls ? { rejectUnauthorized: false } : false;
    const client = new pg.Client({
      ...{ host: '127.0.0.1', port: this.port, user: SUPERUSER, password: POSTGRES_PASSWORD, database, ssl },
    });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async remove(): Promise<void> {
    this.thaw();
    await this.kill();
    removeFolder(this.#folder);
  }

  #all(): number[] {
    return this.#process ? [this.#process.pid, ...this.#children()] : [];
  }

  #children(): number[] {
    const parent = this.#process?.pid;
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name) && parentOf(name) === parent)
      .map(Number);
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    ownedByServer(path);
    return path;
  }

  #copy(from: string, name: string): string {
    const path = join(this.#folder, name);
    if (!existsSync(path)) copyFileSync(from, path);
    chmodSync(path, 0o600);
    ownedByServer(path);
    return path;
  }
}

const isRoot = () => process.getuid?.() === 0;

function ownedByServer(path: string): void {
  if (isRoot()) chownSync(path, NOBODY, NOBODY);
}

/** The command of one of PostgreSQL's programs, and its first arguments. */
function serverCommand(program: string): string[] {
  const path = join(postgresPrograms(), program);
  if (!isRoot()) return [path];
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--pdeathsig', 'KILL', path];
}

async function asServer(program: string, args: readonly string[]): Promise<void> {
  const [command, ...before] = serverCommand(program);
  await run(command!, [...before, ...args], { cwd: '/' });
}

/** Undefined if it has ended. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
