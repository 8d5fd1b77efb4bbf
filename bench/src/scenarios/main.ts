import { parseArgs } from 'node:util';
import { sustained } from './sustained.js';

// make bench-load: what the pipeline does under load, one scenario after the other or one of them.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '300' } },
});

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  sustained: () => sustained(Number(values.seconds)),
};

for (const name of positionals.length > 0 ? positionals : Object.keys(SCENARIOS)) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`there is no scenario ${name}: ${Object.keys(SCENARIOS).join(', ')}`);
  process.stdout.write(`\n${name}\n`);
  await scenario();
}
