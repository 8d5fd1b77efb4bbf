import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { misreports, OUTAGES } from './outages/judge.js';
import { CLAIMS, type Look, look } from './outages/watch.js';
import { ROOT, Stack } from './stack.js';

/**
 * Takes away one service of the laptop's world for MINUTES (10), under a load of RATE (5) alerts a second, and writes what
 * every panel and rule showed each minute beside what was so. OUTAGE names some, by commas; all by default, side by side,
 * each in a world of its own. Results go to outages/ of the checkout. Ends with 1 if anything was shown that was not so.
 */
const MINUTES = Number(process.env.MINUTES ?? 10);
const RATE = Number(process.env.RATE ?? 5);
const NAMES = (process.env.OUTAGE ?? Object.keys(OUTAGES).join(',')).split(',');
const BEFORE = 3;
const AFTER = 8;
const FOLDER = join(ROOT, 'outages');

async function suffer(name: string): Promise<string[]> {
  const outage = OUTAGES[name];
  if (!outage) throw new Error(`there is no outage ${name}: write ${Object.keys(OUTAGES).join(', ')}`);
  const stack = await Stack.make(`lvra-outage-${process.pid}-${name}`, { SIMULATE_RATE: RATE });
  try {
    await stack.compose('up', '-d');
    await sleep(60_000);
    const looks: Look[] = [];
    const begins = Date.now() + BEFORE * 60_000;
    const lookFor = (minutes: number) =>
      lookEachMinute(minutes, async () => {
        looks.push(await look(stack, (Date.now() - begins) / 60_000));
        write(name, looks, []);
      });
    await lookFor(BEFORE);
    // Its alerts cannot wait for Kafka: it would begin again with the first one.
    const away = name === 'kafka' ? ['simulator', 'kafka'] : [outage.service];
    await stack.compose('stop', ...away);
    await lookFor(MINUTES);
    await stack.compose('start', ...away.toReversed());
    await lookFor(AFTER);
    const found = misreports(looks, outage, RATE, MINUTES);
    const verified = JSON.parse(await stack.lvra('verify', '--json').catch(({ stdout }) => stdout));
    found.push(...verified.findings.map((finding: object) => `verify: ${JSON.stringify(finding)}`));
    write(name, looks, found);
    return found;
  } finally {
    await stack.remove();
  }
}

async function lookEachMinute(minutes: number, once: () => Promise<void>): Promise<void> {
  const ends = performance.now() + minutes * 60_000;
  for (let next = performance.now(); next < ends; next += 60_000) {
    await sleep(Math.max(0, next - performance.now()));
    await once();
  }
  await sleep(Math.max(0, ends - performance.now()));
}

function write(name: string, looks: readonly Look[], found: readonly string[]): void {
  const shown = (value: number | null | undefined) =>
    value === null || value === undefined ? 'none' : String(Math.round(value));
  const truthOf = ({ truth }: Look): (number | null)[] => [
    ...['feature', 'predict', 'annotate'].map((stage) => truth.pending[stage] ?? 0),
    ...[truth.alertsTonight, truth.annotatedTonight, truth.sinceLastAlert, truth.oldestUnannotated, truth.lag],
  ];
  const names = Object.keys(CLAIMS);
  const rows = looks.map((each) => {
    const truth = truthOf(each);
    const cells = names.map(
      (claim, i) => shown(each.claims[claim]) + (i < truth.length ? ` (${shown(truth[i])})` : ''),
    );
    return `| ${each.minute.toFixed(1)} | ${cells.join(' | ')} | ${each.firing.join(', ')} |`;
  });
  const text = [
    `# ${name}, away for ${MINUTES} minutes at ${RATE} alerts a second`,
    '',
    'What was shown, and in brackets what was so.',
    '',
    `| minute | ${names.join(' | ')} | fires |`,
    `|${'---|'.repeat(names.length + 2)}`,
    ...rows,
    '',
    found.length === 0 ? '' : found.map((each) => `- ${each}`).join('\n'),
    '',
  ];
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.md`), text.join('\n'));
  writeFileSync(join(FOLDER, `${name}.json`), JSON.stringify(looks, null, 1));
}

const builder = await Stack.make(`lvra-outage-${process.pid}`);
await builder.compose('build');
await builder.remove();

const results = await Promise.all(
  NAMES.map(async (name, place) => {
    // The starts are what costs: not all at once.
    await sleep(place * 30_000);
    return { name, found: await suffer(name) };
  }),
);
for (const { name, found } of results) {
  console.log(`${name}: ${found.length === 0 ? 'nothing was shown that was not so' : `\n  ${found.join('\n  ')}`}`);
}
if (results.some(({ found }) => found.length > 0)) process.exitCode = 1;
