import { randomInt } from 'node:crypto';
import { fuzz } from './fuzz.js';
import { fuzzNeighbours } from './neighbours.js';

// make fuzz: COUNT messages from SEED, then stems of one bad message among one to three good ones, a fifth as many.
const count = Number(process.env.COUNT || 100_000);
const seed = Number(process.env.SEED || randomInt(1, 2 ** 31));
const say = (text: string) => process.stdout.write(`${text}\n`);

const begun = performance.now();
const { messages, taken, rows, faults } = await fuzz(count, seed);
say(`${messages} messages in ${secondsSince(begun)} s: ${taken} taken, ${rows} rows, ${faults.length} faults`);

const begunStems = performance.now();
const { stems, scored, aside, faults: among } = await fuzzNeighbours(Math.ceil(count / 5), seed);
say(
  `${stems} stems of one bad message among good ones in ${secondsSince(begunStems)} s: ${scored} bad ones scored, ` +
    `${among.length} faults`,
);
say([...aside].map(([end, number]) => `${number} ${end}`).join(', '));

say(`again: make fuzz COUNT=${count} SEED=${seed}`);
for (const found of [faults, among]) for (const fault of found.slice(0, 20)) say(fault);
if (faults.length + among.length > 0) process.exitCode = 1;

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(0);
}
