import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger } from '@lvra/ledger';
import { rowsIn } from '@lvra/ledger/testing/look-inside';
import { type Sandbox, simulateAlerts, startSandbox } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';
import type { NatsServer } from '@lvra/test-servers/nats';
import { type Service, type ServiceName, startService } from '@lvra/test-servers/service';
import { makeDataRoot } from './data-root.js';
import { connected, natsServer, until } from './nats-bus.js';

const DEMO = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo', import.meta.url));
const ALERTS = 5;

/** Two VRAs that a test configures and takes away, with a real NATS, a sandbox Lasair and services as processes. */
export class VraWorld {
  readonly paths;
  readonly #services: Service[] = [];
  readonly #alerts = simulateAlerts({ seed: 5, forms: 'full', revisits: 0, meanSources: 4 });

  private constructor(
    readonly root: string,
    readonly nats: NatsServer,
    readonly sandbox: Sandbox,
    readonly ledger: Ledger,
  ) {
    this.paths = dataPaths(root);
  }

  /** Ends with the test. */
  static async start(t: TestContext): Promise<VraWorld> {
    const { root, remove } = makeDataRoot();
    const account = { user: 'First Last', owns: ['r0b_lvra', 'agn_lvra'] };
    const sandbox = await startSandbox({ tokens: { 'sandbox-token': account } });
    const ledger = await Ledger.open(dataPaths(root).database, ['r0b', 'agn'], { create: true });
    const world = new VraWorld(root, await natsServer(t), sandbox, ledger);
    t.after(async () => {
      await world.stop();
      await sandbox.close();
      await world.ledger.close();
      remove();
    });
    return world;
  }

  /** The VRAs that the settings list from now on. */
  configure(...vras: ('r0b' | 'agn')[]): void {
    const list = vras.map((vra) => `  - ${vra}.yaml\n`).join('');
    writeFileSync(join(this.root, 'settings.yaml'), `vras:\n${list}source: none\nendpoint: ${this.sandbox.endpoint}\n`);
  }

  /** Puts the demonstration model there as a version of a VRA, and has the VRA's file ask for it. */
  use(vra: 'r0b' | 'agn', version: string): void {
    mkdirSync(this.paths.models, { recursive: true });
    const path = join(this.paths.models, `${vra}_${version}`);
    const manifest = JSON.parse(readFileSync(`${DEMO}.json`, 'utf8'));
    copyFileSync(`${DEMO}.onnx`, `${path}.onnx`);
    writeFileSync(`${path}.json`, JSON.stringify({ ...manifest, name: vra, version }));
    const lines = [`MODEL_PATH: models/${vra}.onnx`, `MODEL_NAME: ${vra}`, `MODEL_VERSION: ${version}`];
    writeFileSync(join(this.root, `${vra}.yaml`), `${[...lines, `TOPIC_OUT: ${vra}_lvra`].join('\n')}\n`);
  }

  /** Registers a batch as a consumer does whose settings list these VRAs, and announces it. */
  async batch(t: TestContext, vras: readonly string[], receivedMs = Date.now()): Promise<string> {
    const alerts = Array.from({ length: ALERTS }, () => this.#alerts.next().value);
    const { batches } = this.ledger;
    const stem = await batches.reserveStem('test', new Date());
    const text = `[${alerts.map((alert) => alert.text).join(',\n')}]\n`;
    mkdirSync(dirname(this.paths.batch(stem)), { recursive: true });
    writeFileSync(this.paths.batch(stem), text);
    await batches.register({
      ...{ stem, vras, source: 'kafka', bytes: text.length, groupId: 'test', ranges: [], quarantined: [] },
      diaObjectIds: alerts.map(({ diaObjectId }) => diaObjectId),
      receivedMs: new Float64Array(ALERTS).fill(receivedMs),
      now: Date.now(),
    });
    const { bus } = await connected(t, this.nats.url);
    await bus.publish(`lvra.alerts.${stem}`, { stem, count: ALERTS, at: Date.now() });
    await bus.close();
    return stem;
  }

  async run(...names: ServiceName[]): Promise<Service[]> {
    const environment = {
      ...{ LVRA_PROFILE: 'production', LVRA_DATA_ROOT: this.root, LVRA_NATS_SERVERS: this.nats.url },
      ...{ LVRA_SETTINGS: join(this.root, 'settings.yaml'), LASAIR_LSST_TOKEN: 'sandbox-token' },
    };
    const started = await Promise.all(names.map((name) => startService(name, environment)));
    this.#services.push(...started);
    return started;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.splice(0).map((service) => service.end()));
  }

  /** The statuses of a stem for a VRA: feature, predict, annotate. */
  async statuses(stem: string, vra: string): Promise<(number | undefined)[]> {
    return await Promise.all(
      (['feature', 'predict', 'annotate'] as const).map((stage) => this.ledger.work(stage, vra).status(stem)),
    );
  }

  done(stem: string, vra: string): Promise<void> {
    return until(
      `${stem} is done for ${vra}`,
      async () => (await this.statuses(stem, vra)).every((status) => status === 1),
      60_000,
    );
  }

  /** Which versions of which VRAs scored a stem, and how many rows each. */
  async scoredBy(stem: string): Promise<Record<string, number>> {
    const rows = await rowsIn<{ by: string; rows: bigint }>(
      this.ledger,
      "SELECT model_name || ' ' || model_version AS by, count(*) AS rows FROM provenance WHERE stem = ? GROUP BY 1",
      stem,
    );
    return Object.fromEntries(rows.map(({ by, rows }) => [by, Number(rows)]));
  }

  /** How many annotations Lasair holds of a topic. */
  held(topic: string): number {
    return [...this.sandbox.annotations.keys()].filter((key) => key.startsWith(`${topic}/`)).length;
  }
}
