import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How many of its last lines the error message of a failed start shows. */
const LINES_KEPT = 40;
/** How long a server may take to end by itself before it is killed. */
const END_WITHIN_MS = 15_000;

export interface ServerCommand {
  /** For error messages. */
  name: string;
  command: string;
  args: string[];
  /** The line, on standard output or standard error, that reports that it is up. */
  ready: RegExp;
  withinMs: number;
}

export interface ServerProcess {
  readonly pid: number;
  /** Sends the signal and waits for the end; SIGKILL follows if it takes too long. Does nothing if it has ended already. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a server and waits until it reports that it is up. If it does not, the error shows its last lines.
 *
 * It cannot outlive this process, however this process ends: the kernel kills it (PDEATHSIG). Nor does it keep this
 * process alive, so a test that forgets to stop it does not hang.
 */
export async function startProcess({ name, command, args, ready, withinMs }: ServerCommand): Promise<ServerProcess> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let gone: string | undefined;
  const exited = new Promise<void>((resolve) => {
    const leave = (how: string) => {
      gone = how;
      resolve();
    };
    child.once('error', (error) => leave(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => leave(`ended with ${signal ?? `exit code ${code}`}`));
  });
  letGo(child);

  const end = async (signal: NodeJS.Signals) => {
    if (gone !== undefined) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  };

  const last: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const up = new Promise<'up'>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        last.push(line);
        if (last.length > LINES_KEPT) last.shift();
        if (ready.test(line)) resolve('up');
      });
    }
  });
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, withinMs, 'late');
  });
  const outcome = await Promise.race([up, late, exited]);
  clearTimeout(timer);
  if (outcome !== 'up' || child.pid === undefined) {
    const what = gone ?? `was not up after ${withinMs} ms`;
    await end('SIGKILL');
    throw new Error(`${name} ${what}. Its last lines:\n${last.join('\n') || '(none)'}`);
  }
  return { pid: child.pid, end };
}

function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Readable & { unref(): void }).unref();
}
