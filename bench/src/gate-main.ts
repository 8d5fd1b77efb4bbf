import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { checkOut } from './checkout.js';
import { COMMITTED, type CommittedRatios, commitRatios, committedRatios } from './committed-ratios.js';
import { type Compared, compare, comparisonReport } from './comparison.js';
import { confirmed, type GateRatios, gateRatios, judge, LOOKS, WORST, type Worse } from './gate.js';
import { GateRounds, type Round } from './gate-rounds.js';
import { measurePairs } from './pairs.js';
import { STAGES } from './pipeline.js';
import { commitAtHand, MEASURED, machineAtHand } from './results.js';

// make bench-gate: is an alert dearer than when the ratios were committed? RENEW=1 commits those of now.
const PROFILE = fileURLToPath(new URL('profile/main.js', import.meta.url));

/** Pairs of rounds with the other commit. */
const PAIRS = 16;
/** For the ratios that others are held against. */
const ROUNDS_TO_RENEW = 24;

const { values } = parseArgs({ options: { renew: { type: 'boolean' } } });
if (values.renew) await renew();
else await gate(committedRatios());

async function renew(): Promise<void> {
  const rounds: Round[] = [];
  await inRounds(rounds, () => rounds.length < ROUNDS_TO_RENEW);
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
  if (verdict.is !== 'worse') return;
  const worse = confirmed(verdict.worse, await comparedWith(committed.commit));
  if (worse.length > 0) fail(worse, gateRatios(rounds), committed.ratios);
  else process.stdout.write(`bench-gate: beside ${committed.commit} nothing is dearer; the machine was busy\n`);
}

/** Runs these services in turn with those of another commit. */
async function comparedWith(commit: string): Promise<Compared[]> {
  process.stdout.write(`bench-gate: it is run beside ${commit}, to be sure that it is not the machine\n`);
  const checkout = await checkOut(commit);
  try {
    const compared = compare(await measurePairs(checkout.project, PAIRS));
    process.stdout.write(`${comparisonReport(compared, checkout.commit, 'now')}\n`);
    return compared;
  } finally {
    await checkout.remove();
  }
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
    const change = then === undefined ? [] : [`${Math.round((now / then - 1) * 100)} %`];
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
