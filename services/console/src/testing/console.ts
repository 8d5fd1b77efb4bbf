import { loadSettings } from '@lvra/config';
import { createStdoutLogger, Metrics } from '@lvra/telemetry';
import { createApp } from '../server/app.js';
import { LookKeeper } from '../server/keeper.js';

/** The console of a data folder, asked without a socket: `ask('/stems/…')`. */
export interface TestConsole {
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The page or data, which must be there. */
  text(path: string): Promise<string>;
  json<T = unknown>(path: string): Promise<T>;
  close(): Promise<void>;
}

const NAME = '127.0.0.1:8470';

/** @param environment settings, such as LVRA_DATA_ROOT */
export function testConsole(environment: NodeJS.ProcessEnv): TestConsole {
  const settings = loadSettings({ environment });
  const keeper = new LookKeeper(settings);
  const assets = { names: { style: '/assets/console.css', script: '/assets/console.js' }, files: new Map() };
  const log = createStdoutLogger('console', 'error');
  const app = createApp({
    settings,
    keeper,
    log,
    metrics: new Metrics().console,
    ownNames: [NAME],
    assets,
    version: 'test',
    end: new AbortController().signal,
  });
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { host: NAME, accept: 'text/html', ...(init.headers as Record<string, string>) };
    return await app.request(`http://${NAME}${path}`, { ...init, headers });
  };
  const good = async (path: string): Promise<Response> => {
    const response = await ask(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    ask,
    text: async (path) => (await good(path)).text(),
    json: async <T>(path: string) => (await good(path)).json() as Promise<T>,
    close: () => keeper.close(),
  };
}
