import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The checkout: compose and its files are tried as they are. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What a container prints can be long: a night's log, an image's layers. */
const MOST_OUTPUT = 256 * 1024 ** 2;

/** The user's own settings would override the file's. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(LVRA|LASAIR|COMPOSE|SIMULATE|GRAFANA|CONSOLE|PROMETHEUS|ALERTMANAGER|SANDBOX)_/.test(name),
  ),
);

/** One start of docker-compose.yml under a project name of its own, as `deploy/laptop.env` says and a few lines more. */
export class Stack {
  readonly project: string;
  readonly envFile: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lvra-compose-'));
  readonly #command: readonly string[];
  readonly #files: readonly string[];

  private constructor(
    command: readonly string[],
    project: string,
    settings: Readonly<Record<string, string | number>>,
    over: readonly string[],
  ) {
    this.#command = command;
    this.#files = ['docker-compose.yml', ...over, 'test/compose/airgap/without-grafana.yml'];
    this.project = project;
    this.envFile = join(this.#folder, 'env');
    const laptop = readFileSync(join(ROOT, 'deploy/laptop.env'), 'utf8');
    // Several stacks may run side by side: each takes ports that are free.
    const free = '127.0.0.1:0';
    const ports = { PROMETHEUS_LISTEN: free, ALERTMANAGER_LISTEN: free, SANDBOX_LISTEN: free, CONSOLE_LISTEN: free };
    const changed = { COMPOSE_PROJECT_NAME: project, LVRA_ENV_FILE: this.envFile, ...ports, ...settings };
    const kept = laptop.split('\n').filter((line) => !Object.keys(changed).some((name) => line.startsWith(`${name}=`)));
    const added = Object.entries(changed).map(([name, value]) => `${name}=${value}`);
    writeFileSync(this.envFile, [...kept, ...added, ''].join('\n'));
  }

  /**
   * @param settings lines of the `.env` file over those of `deploy/laptop.env`
   * @param over files over docker-compose.yml
   */
  static async make(
    project: string,
    settings: Readonly<Record<string, string | number>> = {},
    over: readonly string[] = [],
  ): Promise<Stack> {
    const plugin = await run('docker', ['compose', 'version']).then(
      () => true,
      () => false,
    );
    return new Stack(plugin ? ['docker', 'compose'] : ['docker-compose'], project, settings, over);
  }

  /** `docker compose …`. @returns what it printed on standard output */
  compose(...args: string[]): Promise<string> {
    return this.#compose(args);
  }

  /** `docker compose config`, as the compose that is written in Python has it with this seed for its order of things. */
  config(hashSeed: number): Promise<string> {
    return this.#compose(['config'], { PYTHONHASHSEED: String(hashSeed) });
  }

  /** `docker …` */
  docker(...args: string[]): Promise<string> {
    return this.#run('docker', args);
  }

  /** Runs `lvra` once, beside the services. */
  lvra(...args: string[]): Promise<string> {
    return this.compose('run', '--rm', '-T', 'lvra', ...args);
  }

  /** The names of a service's running containers. */
  async containers(service: string): Promise<string[]> {
    const filters = ['--filter', `label=com.docker.compose.project=${this.project}`];
    filters.push('--filter', `label=com.docker.compose.service=${service}`);
    return (await this.docker('ps', ...filters, '--format', '{{.Names}}')).split('\n').filter(Boolean).sort();
  }

  /** The address of a service's only container from this machine, published or not. */
  async address(service: string): Promise<string> {
    const [container = ''] = await this.containers(service);
    const networks = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
    return (await this.docker('inspect', '--format', networks, container)).trim().split(' ')[0] ?? '';
  }

  /** Asks the console for a page, as a browser on this machine would, signed in unless `password` is another one. */
  async console(path: string, password?: string): Promise<Response> {
    const [container = ''] = await this.containers('console');
    const [address] = (await this.docker('port', container, '8470')).split('\n');
    const known = await this.compose('exec', '-T', 'console', 'cat', '/run/lvra/console/password');
    const authorization = `Basic ${btoa(`operator:${password ?? known}`)}`;
    return fetch(`http://${address}${path}`, { headers: { authorization } });
  }

  /** Asks the sandbox, which can only be reached from inside. */
  async sandbox<T>(path: string): Promise<T> {
    const ask = `fetch('http://127.0.0.1:8080${path}').then(async (a) => process.stdout.write(await a.text()))`;
    return JSON.parse(await this.compose('exec', '-T', 'sandbox', 'node', '-e', ask)) as T;
  }

  /** An instant query of Prometheus. */
  async query(expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
    const answer = await this.#prometheus<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return answer.result;
  }

  /** The state of the replicas that Prometheus knows now; `up` also has those from before its own restart. */
  async replicas(service: string): Promise<string[]> {
    type Target = { readonly labels: { readonly job: string }; readonly health: string };
    const { activeTargets } = await this.#prometheus<{ activeTargets: Target[] }>('targets?state=active');
    return activeTargets.filter(({ labels }) => labels.job === service).map(({ health }) => health);
  }

  async #prometheus<T>(call: string): Promise<T> {
    const answer = await fetch(`http://${await this.address('prometheus')}:9090/api/v1/${call}`);
    return ((await answer.json()) as { data: T }).data;
  }

  /**
   * Ends everything and forgets its volumes. Docker can still count a container to its network for a moment after it is
   * gone, and then keeps the network; so the last try is the one that counts.
   */
  async remove(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.compose('down', '--volumes', '--timeout', '5', '--remove-orphans');
        break;
      } catch (error) {
        const isEarly = /has active endpoints/.test(String((error as { stderr?: string }).stderr));
        if (!isEarly || tries === 10) throw error;
        await sleep(1_000);
      }
    }
    rmSync(this.#folder, { recursive: true });
  }

  /** As `make up` does for the monitoring: runs `prepare` again, then rules and receivers are reloaded. */
  async reload(): Promise<void> {
    await this.compose('up', '-d', 'prometheus', 'alertmanager');
    await this.#run('scripts/reload-monitoring.sh', this.#words());
  }

  #compose(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const [program = '', ...first] = this.#words();
    return this.#run(program, [...first, ...args], environment);
  }

  #words(): string[] {
    return [...this.#command, ...this.#files.flatMap((file) => ['-f', file]), '--env-file', this.envFile];
  }

  async #run(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const env = { ...ENVIRONMENT, ...environment };
    const { stdout } = await run(program, args, { cwd: ROOT, env, maxBuffer: MOST_OUTPUT });
    return stdout;
  }
}
