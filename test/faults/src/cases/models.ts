import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runImportPython } from '@lvra/model/testing/import-command';
import type { FaultCase } from '../fault-case.js';
import type { FaultWorld } from '../fault-world.js';

const DEMO = fileURLToPath(new URL('../../../../deploy/models/demo/r0b_demo', import.meta.url));
const UNSAFE = fileURLToPath(new URL('../../../../shared/model/src/testing/unsafe_models.py', import.meta.url));

/** Versions of the unsafe models, and the error of predict for each. */
const HOSTILE: readonly (readonly [version: string, refusal: RegExp])[] = [
  ['external-constan', /external data/],
  ['endless', /it has a Loop/],
  ['huge', /bad_?alloc|allocate|MB of memory/i],
  ['slow', /has not scored .* after/],
];

/** Replaces the VRA's file, as an editor does. */
function configure(folder: string, version: string): void {
  const keys = { MODEL_NAME: 'r0b', MODEL_VERSION: version, MODEL_PATH: join(folder, 'r0b_demo.onnx') };
  const lines = Object.entries({ ...keys, TOPIC_OUT: 'r0b_lvra' }).map(([key, value]) => `${key}: ${value}\n`);
  writeFileSync(join(folder, 'next.yaml'), lines.join(''));
  renameSync(join(folder, 'next.yaml'), join(folder, 'r0b.yaml'));
}

function annotated(world: FaultWorld): Promise<number> {
  return world.count('SELECT count(*) FROM annotation_outcome');
}

export const cases: FaultCase[] = [
  {
    name: 'model-hostile',
    fault:
      'models with data in other files, without end, of 7 GB, of hours, each set in turn; the old one stays in use',
    async run(world) {
      const folder = join(world.root, 'hostile');
      mkdirSync(folder);
      await runImportPython(UNSAFE, folder);
      for (const ending of ['.onnx', '.json']) copyFileSync(`${DEMO}${ending}`, join(folder, `r0b_demo${ending}`));
      configure(folder, 'demo');
      writeFileSync(join(folder, 'settings.yaml'), 'vras: [r0b.yaml]\n');
      world.environment.LVRA_SETTINGS = join(folder, 'settings.yaml');
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(20, over.signal);
      await world.untilAnnotated(20);
      for (const [version, refusal] of HOSTILE) {
        configure(folder, version);
        await world.injected();
        const said = () => world.service('predict').lines.some((line) => refusal.test(line));
        await world.until(`predict refuses ${version}`, said, 90_000);
        await world.untilAnnotated((await annotated(world)) + 20);
      }
      configure(folder, 'demo');
      over.abort();
      await load;
      world.faultEnded();
    },
  },
];
