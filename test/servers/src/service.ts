import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.js';

export type ServiceName = 'consumer' | 'feature' | 'predict' | 'annotate';

/** One service of this project, running as a process of its own. */
export interface Service {
  readonly name: ServiceName;
  readonly pid: number;
  /** Its health page: http://127.0.0.1:PORT. */
  readonly url: string;
  /** The last lines that it printed. */
  readonly lines: readonly string[];
  /** True until the process has ended. */
  readonly alive: boolean;
  /** What /metrics says now. */
  metrics(): Promise<string>;
  /** Sends a signal without waiting. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal and waits for the end. @returns the exit code, or the signal that ended it */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

const PROJECT = new URL('../../../', import.meta.url);
/** The kernel ends it with this process, however this process ends. */
const PRIVILEGES = ['--pdeathsig', 'KILL'];
const LINES_KEPT = 200;
const READY_WITHIN_MS = 60_000;

/**
 * Starts a service as the container does, `node services/<name>/dist/main.js`, and waits until it is ready.
 *
 * @param environment settings as environment variables, beside this process's own
 * @param options.setpriv more options of setpriv(1), such as capabilities to drop
 * @param options.ready 'alive' waits for /healthz only, for a service that cannot be ready yet; 'started' waits for
 *   nothing, for one that may end at once
 * @param options.project a built checkout of another commit, whose service is started instead; ends with a slash
 */
export async function startService(
  name: ServiceName,
  environment: Readonly<Record<string, string>>,
  options: {
    ready?: 'ready' | 'alive' | 'started';
    node?: readonly string[];
    setpriv?: readonly string[];
    project?: URL;
  } = {},
): Promise<Service> {
  const port = await freePort();
  const main = fileURLToPath(new URL(`services/${name}/dist/main.js`, options.project ?? PROJECT));
  const child = spawn(
    'setpriv',
    [...PRIVILEGES, ...(options.setpriv ?? []), process.execPath, ...(options.node ?? []), main],
    {
      env: { ...process.env, ...environment, LVRA_HEALTH_HOST: '127.0.0.1', LVRA_HEALTH_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  keepLines(child, lines);
  let outcome: number | NodeJS.Signals | undefined;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      outcome = signal ?? code ?? 1;
      resolve(outcome);
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const service: Service = {
    name,
    pid: child.pid as number,
    url,
    lines,
    get alive() {
      return outcome === undefined;
    },
    metrics: async () => (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text(),
    signal: (signal) => {
      child.kill(signal);
    },
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
  if (options.ready !== 'started') await untilUp(service, options.ready === 'alive' ? '/healthz' : '/readyz');
  return service;
}

async function untilUp(service: Service, path: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  let last = 'no answer';
  while (performance.now() < deadline && service.alive) {
    try {
      const response = await fetch(`${service.url}${path}`);
      if (response.ok) return;
      last = await response.text();
    } catch (error) {
      last = String((error as Error).cause ?? error);
    }
    await sleep(25);
  }
  await service.end('SIGKILL');
  throw new Error(
    `${service.name} was not up (${last.trim()}). Its last lines:\n${service.lines.join('\n') || '(none)'}`,
  );
}

function keepLines(child: ChildProcess, lines: string[]): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
    });
  }
}
