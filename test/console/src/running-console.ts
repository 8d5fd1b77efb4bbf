import { LVRA } from '@lvra/cli/testing/run-lvra';
import { freePort } from '@lvra/test-servers/ports';
import { startProcess } from '@lvra/test-servers/process';

/** `lvra start console` on a data folder. */
export interface RunningConsole {
  readonly address: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** @param environment settings, such as LVRA_DATA_ROOT */
export async function startConsole(environment: Readonly<Record<string, string>>): Promise<RunningConsole> {
  const port = await freePort();
  const settings = { ...environment, LVRA_CONSOLE_LISTEN: `127.0.0.1:${port}`, LVRA_HEALTH_PORT: '0' };
  const { pid, end } = await startProcess({
    name: 'lvra start console',
    command: 'env',
    args: [
      '-i',
      `PATH=${process.env.PATH}`,
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      ...[process.execPath, LVRA, 'start', 'console'],
    ],
    ready: /console: http/,
    withinMs: 60_000,
  });
  return { address: `http://127.0.0.1:${port}`, pid, end: () => end('SIGTERM') };
}
