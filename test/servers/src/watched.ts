import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stracePath } from './tools.js';

/** What a program and all that it started did, as the kernel saw it. */
export interface Deeds {
  /** Addresses of the internet that it spoke to, each once; those of this machine included. */
  readonly addresses: readonly string[];
  /** Absolute paths that it opened to write, or made a folder at, each once; devices left out. */
  readonly written: readonly string[];
  /** Whether it asked for the address of a host by name: of the table of hosts, or of a name server. */
  readonly askedForNames: boolean;
}

/** A program under watch. */
export interface Watched {
  /** The program itself, not its watcher. */
  readonly child: ChildProcess;
  /** Waits for its end. @returns its exit code, what it printed, and what it did */
  end(): Promise<{ readonly code: number | null; readonly printed: string; readonly deeds: Deeds }>;
}

/** The calls that open files, make folders and send anywhere. */
const CALLS = 'open,openat,creat,mkdir,mkdirat,connect,sendto,sendmsg,sendmmsg';
/** Reading /etc/resolv.conf is no sign of it: Node does that as it starts. */
const HOSTS = '/etc/hosts';
const NAME_SERVER = /htons\(53\)/;

/**
 * Starts a program under strace.
 *
 * @param trace the file that strace writes
 */
export function startWatched(
  command: readonly string[],
  trace: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Watched {
  // -D: the program is this process's child, and strace is the program's.
  const watch = ['-D', '-f', '--seccomp-bpf', '-qq', '-s', '4096', '-e', `trace=${CALLS}`, '-e', 'signal=none'];
  const child = spawn(stracePath(), [...watch, '-o', trace, ...command], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  }
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    end: async () => {
      const [code] = await closed;
      return { code, printed, deeds: deedsIn(readFileSync(trace, 'utf8'), options.cwd) };
    },
  };
}

function deedsIn(trace: string, cwd: string): Deeds {
  let askedForNames = NAME_SERVER.test(trace);
  const written = new Set<string>();
  const addresses = new Set<string>();
  for (const line of trace.split('\n')) {
    for (const [, v4, v6] of line.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)) {
      addresses.add((v4 ?? v6) as string);
    }
    const [, call, path] = /^\d+ +(open|openat|creat|mkdir|mkdirat|connect)\([^"]*"([^"]*)"/.exec(line) ?? [];
    if (call === undefined || path === undefined) continue;
    const whole = resolve(cwd, path);
    askedForNames ||= whole === HOSTS;
    const writes = call.startsWith('mkdir') || call === 'creat' || /O_(WRONLY|RDWR|CREAT)/.test(line);
    const isRefused = / = -1 E/.test(line);
    if (writes && call !== 'connect' && !isRefused && !/^\/(dev|proc)\//.test(whole)) written.add(whole);
  }
  return { addresses: [...addresses], written: [...written], askedForNames };
}
