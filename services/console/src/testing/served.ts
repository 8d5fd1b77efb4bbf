import { request } from 'node:http';
import { connect } from 'node:net';
import { loadSettings } from '@lvra/config';
import { createStdoutLogger, Metrics } from '@lvra/telemetry';
import { createApp } from '../server/app.js';
import { LookKeeper } from '../server/keeper.js';
import { listen, namesOf, type Patience } from '../server/listen.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A console at a port, to be asked what no browser would ask. */
export interface ServedConsole {
  readonly port: number;
  /** With the right name, unless another is given. */
  ask(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>;
  /** Sends bytes and waits for the end of the connection. @returns all that came back */
  send(text: string): Promise<string>;
  close(): Promise<void>;
}

export async function serveConsole(environment: NodeJS.ProcessEnv, patience?: Patience): Promise<ServedConsole> {
  const settings = loadSettings({ environment });
  const keeper = new LookKeeper(settings);
  const assets = { names: { style: '/assets/console.css', script: '/assets/console.js' }, files: new Map() };
  const log = createStdoutLogger('console', 'error');
  const parts = {
    settings,
    keeper,
    log,
    metrics: new Metrics().console,
    assets,
    version: 'test',
    end: new AbortController().signal,
  };
  const makeApp = (port: number) => createApp({ ...parts, ownNames: namesOf('127.0.0.1', port) });
  const { port, close } = await listen('127.0.0.1', 0, makeApp, patience);
  return {
    port,
    ask: (path, { method = 'GET', headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const all = { host: `127.0.0.1:${port}`, ...headers };
        const sent = request({ host: '127.0.0.1', port, path, method, headers: all, agent: false }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => {
            text += part;
          });
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
        });
        sent.once('error', reject);
        sent.end(body);
      }),
    send: (text) =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.setEncoding('utf8').on('data', (part) => {
          answer += part;
        });
        socket.once('error', reject).once('close', () => resolve(answer));
      }),
    async close() {
      await close();
      await keeper.close();
    },
  };
}
