import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';

const DEMO = fileURLToPath(new URL('../../../../deploy/models/demo/r0b_demo', import.meta.url));
const STAGES = ['feature', 'predict'] as const;

/** Has a VRA score beside r0b with the same model; it does not annotate. */
function addShadow(world: FaultWorld): void {
  const folder = join(world.root, 'shadow');
  mkdirSync(folder);
  const write = (vra: string, more: Readonly<Record<string, string>>) => {
    const model = join(folder, `${vra}_demo`);
    cpSync(`${DEMO}.onnx`, `${model}.onnx`);
    const manifest = JSON.parse(readFileSync(`${DEMO}.json`, 'utf8'));
    writeFileSync(`${model}.json`, JSON.stringify({ ...manifest, name: vra }));
    const keys = {
      MODEL_NAME: vra,
      MODEL_VERSION: 'demo',
      MODEL_PATH: `${model}.onnx`,
      TOPIC_OUT: `${vra}_lvra`,
      ...more,
    };
    const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}\n`);
    writeFileSync(join(folder, `${vra}.yaml`), lines.join(''));
  };
  write('r0b', {});
  write('r0b_next', { ANNOTATE: 'no' });
  writeFileSync(join(folder, 'settings.yaml'), 'vras: [r0b.yaml, r0b_next.yaml]\n');
  world.environment.LVRA_SETTINGS = join(folder, 'settings.yaml');
  world.vras.push('r0b_next');
}

const scoredOf = (world: FaultWorld) =>
  world.count("SELECT count(DISTINCT stem) FROM provenance WHERE model_name = 'r0b_next'");

export const cases: FaultCase[] = [
  {
    name: 'backfill-kill',
    fault: 'SIGKILL of feature and predict while two replicas of each do a backfill behind new alerts',
    async run(world, random) {
      await world.startAll();
      await world.load.send(800, 400);
      await world.untilAnnotated(800);
      await Promise.all([...world.services.values()].map((service) => service.end('SIGTERM')));
      addShadow(world);
      await world.startAll();
      for (const stage of STAGES) await world.start(stage, { as: `${stage} 2` });
      const over = new AbortController();
      const load = world.load.stream(10, over.signal);
      const asked = await world.lvra('backfill', '--vra', 'r0b_next', '--from', '20260101', '--to', '20991231');
      if (asked.code !== 0 || !/^\d\d+ stems to be done/.test(asked.stdout))
        throw new Error(asked.stdout + asked.stderr);
      const past = await world.count('SELECT count(*) FROM backfill');
      for (let kill = 0; kill < 6; kill++) {
        const scored = await scoredOf(world);
        await world.until('some more are done', async () => (await scoredOf(world)) > Math.min(scored, past - 1));
        await sleep(random.between(0, 100));
        await world.injected();
        const stage = STAGES[kill % 2]!;
        const as = kill % 4 < 2 ? stage : `${stage} 2`;
        await world.service(as).end('SIGKILL');
        await world.start(stage, { as });
      }
      over.abort();
      await load;
      const isDone = async () => (await world.count('SELECT count(*) FROM backfill WHERE stage IS NOT NULL')) === 0;
      await world.until('the backfill is done', isDone, 90_000);
      world.faultEnded();
    },
  },
];
