import { parseArgs } from 'node:util';
import { burst } from './burst.js';
import { latency } from './latency.js';
import { once } from './once.js';
import { start } from './start.js';
import { sustained } from './sustained.js';

// make bench-load: what the pipeline does under load, one scenario after the other or one of them.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** How long the load goes on; each scenario has its own time unless told. */
    seconds: { type: 'string' },
    /** Of the burst. */
    alerts: { type: 'string', default: '100000' },
  },
});
const seconds = (usual: number) => Number(values.seconds ?? usual);

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  start,
  once: () => once(200, 250),
  latency: async () => {
    await latency({ perSecond: 250, vras: 1, seconds: seconds(60) });
    await latency({ perSecond: 5, vras: 1, seconds: seconds(60) });
    await latency({ perSecond: 5, vras: 3, seconds: seconds(120) });
  },
  burst: () => burst(Number(values.alerts)),
  sustained: () => sustained(seconds(300)),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(SCENARIOS)) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`there is no scenario ${name}: ${Object.keys(SCENARIOS).join(', ')}`);
  process.stdout.write(`\n${name}\n`);
  await scenario();
}
