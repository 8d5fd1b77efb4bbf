import { isIP } from 'node:net';
import { readSecret, type Secret } from '../secrets.js';
import { list, oneOf, text, webAddress, yesNo } from '../values.js';
import type { Issues } from '../written.js';

const LISTEN = /^(?<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})$/;

/** The pages for people: where they are served, and who may see them. */
export const CONSOLE_SETTINGS = {
  consoleListen: text('host:port, such as 127.0.0.1:8470')
    .refine((given) => Number(LISTEN.exec(given)?.groups?.port) <= 65_535, 'write host:port, such as 127.0.0.1:8470')
    .default('127.0.0.1:8470'),
  consoleNames: list('the names under which people reach it, such as lvra.example.org', isHostName).optional(),
  consoleAuth: oneOf(['none', 'password', 'proxy']).default('none'),
  consoleUserHeader: text('the name of a header, such as X-Forwarded-User')
    .refine((given) => /^[A-Za-z0-9-]+$/.test(given), 'write the name of a header, such as X-Forwarded-User')
    .default('X-Forwarded-User'),
  consoleTrustedProxies: list('IP addresses or networks such as 10.1.0.0/16', isNetwork).optional(),
  consoleActions: yesNo().default(false),
  consoleUrl: webAddress('https://lvra.example.org').optional(),
  consoleGrafana: webAddress('https://grafana.example.org').optional(),
};

/** What the console needs to be served. */
export interface ConsoleSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What a browser may call it, besides the address it listens on. */
  readonly names: readonly string[];
  readonly auth: ConsoleAuth;
  /** Whether stems may be retried and stages resumed from a page. */
  readonly hasActions: boolean;
  /** Where people reach it, without a slash at its end. */
  readonly url: string | undefined;
  readonly grafana: string | undefined;
}

/** Who may see the pages. */
export type ConsoleAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly password: Secret }
  /** The user is in a header, which counts from these addresses or networks only. */
  | { readonly kind: 'proxy'; readonly userHeader: string; readonly trusted: readonly string[] };

interface Written {
  readonly consoleListen: string;
  readonly consoleNames?: string[] | undefined;
  readonly consoleAuth: 'none' | 'password' | 'proxy';
  readonly consoleUserHeader: string;
  readonly consoleTrustedProxies?: string[] | undefined;
  readonly consoleActions: boolean;
  readonly consoleUrl?: string | undefined;
  readonly consoleGrafana?: string | undefined;
}

/** Reads what the console needs from settings and environment; reports what is missing or contradictory. */
export function readConsole(written: Written, environment: NodeJS.ProcessEnv, issues: Issues): ConsoleSettings {
  const { host = '', port } = LISTEN.exec(written.consoleListen)?.groups ?? {};
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const auth = readAuth(written, environment, issues);
  if (auth.kind === 'none' && !isLoopback(address)) {
    issues.push(
      `console_listen is ${written.consoleListen}, where other machines reach it: write console_auth: password or proxy, or listen on 127.0.0.1`,
    );
  }
  if (auth.kind === 'none' && written.consoleActions) {
    issues.push('console_actions is yes, which needs to know who acts: write console_auth: password or proxy');
  }
  const { consoleUrl: url, consoleGrafana: grafana } = written;
  const ofUrl = url === undefined ? [] : [new URL(url).host];
  return {
    ...{ host: address, port: Number(port), auth, url, grafana },
    names: [...(written.consoleNames ?? []), ...ofUrl],
    hasActions: written.consoleActions,
  };
}

function readAuth(written: Written, environment: NodeJS.ProcessEnv, issues: Issues): ConsoleAuth {
  const { consoleAuth: kind, consoleTrustedProxies: trusted } = written;
  const password = readSecret(['LVRA_CONSOLE_PASSWORD'], environment, issues);
  if (kind === 'password') {
    if (password) return { kind, password };
    issues.push('console_auth is password: put it in a file and set LVRA_CONSOLE_PASSWORD_FILE');
  }
  if (kind === 'proxy') {
    if (trusted) return { kind, userHeader: written.consoleUserHeader, trusted };
    issues.push(
      'console_auth is proxy: write in console_trusted_proxies from which addresses its header counts, such as 127.0.0.1',
    );
  }
  return { kind: 'none' };
}

/** Whether only this machine reaches the address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[0-9.]+$/.test(host);
}

function isHostName(given: string): boolean {
  return /^[A-Za-z0-9._-]+(:[0-9]{1,5})?$/.test(given);
}

function isNetwork(given: string): boolean {
  const [address = '', bits, ...more] = given.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
