import { fork } from 'node:child_process';

/** What the pages have no business with. */
const SECRETS = /^(LASAIR_\w*TOKEN|LVRA_(TNS_API_KEY|KAFKA_PASSWORD|NATS_PASSWORD))(_FILE)?$/;

/** As in docker-compose.yml: it keeps little, and Node would let what is thrown away lie about. */
const MEMORY = ['--max-old-space-size=96', '--max-semi-space-size=8'];

/** Longer than its last answers take. */
const ENDS_WITHIN_MS = 5_000;
/** What of its last words is passed on. */
const WORDS = 1_000;

/** The console beside a pipeline. */
export interface ConsoleProcess {
  /** Resolves once it has ended, by itself too. */
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts the console as a process of its own, so that no question of it holds a stage up. It ends with this process, however that
 * ends.
 *
 * @param environment what it reads its settings from
 * @param say is told where it is, or why it has ended; whoever started it goes on
 */
export function startConsole(environment: NodeJS.ProcessEnv, say: (line: string) => void): ConsoleProcess {
  const own = Object.entries(environment).filter(([name]) => !SECRETS.test(name));
  const child = fork(String(process.argv[1]), ['start', 'console'], {
    // No port for its health: that of the settings is ours. It reads no alerts.
    env: { ...Object.fromEntries(own), LVRA_HEALTH_PORT: '0', LVRA_SOURCE: 'none' },
    execArgv: MEMORY,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-WORDS);
  });
  child.once('message', (address) => say(`The console is at ${address}`));
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      say(`The console could not be started: ${error.message}`);
      resolve();
    });
    child.once('close', (code, signal) => {
      // A Ctrl-C reaches both of us.
      const isMeant = code === 0 || signal === 'SIGINT' || signal === 'SIGTERM';
      const why = said.trim() || (signal ?? `exit code ${code}`);
      if (!isMeant) say(`The console has ended, and all else goes on. lvra start console starts it again. ${why}`);
      resolve();
    });
  });
  return {
    ended,
    async end() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      await ended;
      clearTimeout(late);
    },
  };
}
