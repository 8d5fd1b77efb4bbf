import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { COMMITTED, type CommittedRatios, commitRatios, committedRatios } from './committed-ratios.js';
import { type GateRatios, gateRatios, judge, LOOKS, WORST, type Worse } from './gate.js';
import { GateRounds, type Round } from './gate-rounds.js';
import { STAGES } from './pipeline.js';
import { commitAtHand, MEASURED, machineAtHand } from './results.js';

// make bench-gate: is an alert dearer than when the ratios were committed? RENEW=1 commits those of now.
const PROFILE = fileURLToPath(new URL('profile/main.js', import.meta.url));

const { values } = parseArgs({ options: { renew: { type: 'boolean' } } });
if (values.renew) await renew();
else await gate(committedRatios());

async function renew(): Promise<void> {
  const rounds: Round[] = [];
  await inRounds(rounds, () => rounds.length < Math.max(...LOOKS));
  const ratios = gateRatios(rounds);
  const measured = { commit: commitAtHand(), date: new Date().toISOString(), machine: machineAtHand() };
  commitRatios({ ...measured, node: process.version, rounds: rounds.length, ratios });
  process.stdout.write(`${table(ratios)}\nwritten to ${COMMITTED}: commit it, and say in the message why it changed\n`);
}

async function gate(committed: CommittedRatios): Promise<void> {
  const rounds: Round[] = [];
  await inRounds(rounds, () => {
    const { is } = judge(rounds, committed.ratios);
    if (is === 'unsure' && LOOKS.includes(rounds.length)) {
      process.stdout.write(`after ${rounds.length} rounds a ratio is beyond ${WORST}: more rounds, it may be chance\n`);
    }
    return is === 'unsure';
  });
  const verdict = judge(rounds, committed.ratios);
  process.stdout.write(`${table(gateRatios(rounds), committed)}\n`);
  if (verdict.is === 'failed') fail(verdict.worse, gateRatios(rounds), committed.ratios);
}

async function inRounds(rounds: Round[], goesOn: () => boolean): Promise<void> {
  const measuring = await GateRounds.start();
  try {
    do rounds.push(await measuring.next());
    while (goesOn());
  } finally {
    await measuring.end();
  }
}

function table(ratios: GateRatios, committed?: CommittedRatios): string {
  const head = ['CPU over JSON.parse', ...(committed ? [committed.commit, 'now', 'change'] : ['now'])];
  const rows = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const name of MEASURED) {
    const [then, now] = [committed?.ratios[name], ratios[name]];
    const before = then === undefined ? [] : [then.toFixed(3)];
    const change = then === undefined ? [] : [`${((now / then - 1) * 100).toFixed(0)} %`];
    rows.push([name === 'all' ? 'all four' : name, ...before, now.toFixed(3), ...change]);
  }
  return rows.toString();
}

/** Profiles the stages that are dearer, or the one that grew most where only the sum is. */
function fail(worse: readonly Worse[], ratios: GateRatios, committed: GateRatios): void {
  process.exitCode = 1;
  const names = worse.map(({ name }) => (name === 'all' ? 'all four together' : name)).join(', ');
  process.stdout.write(
    `bench-gate: more than ${Math.round((WORST - 1) * 100)} % dearer than committed: ${names}. Below is where the time goes. ` +
      'If it is worth its price, `make bench-gate RENEW=1` writes the new ratios.\n',
  );
  const stages = STAGES.filter((stage) => worse.some(({ name }) => name === stage));
  const growth = (stage: (typeof STAGES)[number]) => ratios[stage] / committed[stage];
  const [grown] = STAGES.toSorted((a, b) => growth(b) - growth(a));
  for (const stage of stages.length > 0 ? stages : [grown as string]) {
    execFileSync(process.execPath, [PROFILE, stage, '--alerts', '2000'], { stdio: 'inherit' });
  }
}
