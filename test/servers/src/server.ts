import type { ServerProcess } from './process.js';

/** A real server under test, on 127.0.0.1. */
export interface TestServer {
  /** Of the running process; another one after `restart`. */
  readonly pid: number;
  /** Stops it (by default with SIGKILL) and keeps its files for `restart`. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and files; ends it first if it runs. */
  restart(): Promise<void>;
  /** Ends it permanently and removes the files that the launcher made. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A server that can be stopped and restarted; `start` starts it on the same files. */
export async function restartable(start: () => Promise<ServerProcess>, removeFiles: () => void): Promise<TestServer> {
  let server = await start();
  return {
    get pid() {
      return server.pid;
    },
    kill: (signal = 'SIGKILL') => server.end(signal),
    async restart() {
      await server.end('SIGTERM');
      server = await start();
    },
    async stop(signal = 'SIGTERM') {
      await server.end(signal);
      removeFiles();
    },
  };
}
