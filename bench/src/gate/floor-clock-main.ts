import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading } from './floor-clock.js';

/** Some 1.5 ms of work in 10: enough to measure, and it leaves the machine to the pipeline. */
const TEXTS_AT_ONCE = 10;
const PAUSE_MS = 8;

const texts = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as string[];
let readings: Reading[] = [];
let parsed = 0;
let next = 0;

process.on('message', () => {
  process.send?.(readings);
  readings = readings.slice(-1);
});
process.on('disconnect', () => process.exit());

for (;;) {
  for (let i = 0; i < TEXTS_AT_ONCE; i++) JSON.parse(texts[next++ % texts.length] as string);
  parsed += TEXTS_AT_ONCE;
  const { user, system } = process.cpuUsage();
  readings.push({ at: Date.now(), parsed, cpuMs: (user + system) / 1000 });
  await sleep(PAUSE_MS);
}
