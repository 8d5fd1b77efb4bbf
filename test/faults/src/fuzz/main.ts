import { randomInt } from 'node:crypto';
import { fuzz } from './fuzz.js';

// make fuzz: COUNT messages from SEED.
const count = Number(process.env.COUNT || 100_000);
const seed = Number(process.env.SEED || randomInt(1, 2 ** 31));
const begun = performance.now();
const { messages, taken, rows, faults } = await fuzz(count, seed);
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
process.stdout.write(`${messages} messages in ${seconds} s: ${taken} taken, ${rows} rows, ${faults.length} faults\n`);
process.stdout.write(`again: make fuzz COUNT=${count} SEED=${seed}\n`);
if (faults.length > 0) {
  process.stdout.write(`${faults.slice(0, 20).join('\n')}\n`);
  process.exitCode = 1;
}
