import { parseArgs } from 'node:util';
import { about, commitAtHand, machineAtHand, table } from '../pipeline/about.js';
import { checkOut } from './checkout.js';
import { COMMITTED, type CommittedRatios, commitRatios, committedRatios } from './committed-ratios.js';
import { type Compared, compare, comparisonReport, MEASURED, titleOf } from './comparison.js';
import { confirmed, dearerIn, type GateRatios, gateRatios, judge } from './gate.js';
import { measurePairs, measureRounds } from './rounds.js';

// make bench-gate: does an alert cost more than when the ratios were committed? RENEW=1 commits those of now; BASE=<commit>
// asks whether it costs more than with that commit's services.

/** Pairs of rounds with the other commit. */
const PAIRS = 16;
/** For the ratios to be committed. */
const ROUNDS_TO_RENEW = 24;

const { values } = parseArgs({ options: { renew: { type: 'boolean' }, base: { type: 'string' } } });
if (values.renew) await renew();
else if (values.base) fail(dearerIn(await comparedWith(values.base)));
else await gate(committedRatios());
process.stdout.write(`${about()}\n`);

async function renew(): Promise<void> {
  const rounds = await measureRounds(({ length }) => length < ROUNDS_TO_RENEW);
  const ratios = gateRatios(rounds);
  const measured = { commit: commitAtHand(), date: new Date().toISOString(), machine: machineAtHand() };
  commitRatios({ ...measured, node: process.version, ratios });
  process.stdout.write(`${ratioTable(ratios)}\nwritten to ${COMMITTED}: commit it, and say why it changed\n`);
}

async function gate(committed: CommittedRatios): Promise<void> {
  const rounds = await measureRounds((rounds) => judge(rounds, committed.ratios).is === 'unsure');
  const verdict = judge(rounds, committed.ratios);
  process.stdout.write(`${ratioTable(gateRatios(rounds), committed)}\n`);
  if (verdict.is !== 'worse') return;
  process.stdout.write(`bench-gate: it is run beside ${committed.commit}, to be sure that it is not the machine\n`);
  fail(confirmed(verdict.worse, await comparedWith(committed.commit)));
}

/** Runs these services in turn with those of another commit. */
async function comparedWith(commit: string): Promise<Compared[]> {
  const checkout = await checkOut(commit);
  try {
    const compared = compare(await measurePairs(checkout.project, PAIRS));
    process.stdout.write(`${comparisonReport(compared, checkout.commit, 'now')}\n`);
    return compared;
  } finally {
    await checkout.remove();
  }
}

function ratioTable(ratios: GateRatios, committed?: CommittedRatios): string {
  const rows = MEASURED.map((name) => {
    const [then, now] = [committed?.ratios[name], ratios[name]];
    const before = then === undefined ? [] : [then.toFixed(3), `${Math.round((now / then - 1) * 100)} %`];
    return [titleOf(name), now.toFixed(3), ...before];
  });
  return table(['CPU over JSON.parse', 'now', ...(committed ? [committed.commit, 'change'] : [])], rows);
}

function fail(dearer: readonly { readonly name: Compared['name'] }[]): void {
  if (dearer.length === 0) {
    process.stdout.write('bench-gate: beside that commit nothing is dearer\n');
    return;
  }
  process.exitCode = 1;
  process.stdout.write(
    `bench-gate: dearer than that commit: ${dearer.map(({ name }) => titleOf(name)).join(', ')}. ` +
      '`make bench PROFILE=<stage>` writes a CPU profile of a stage. If it is worth its price, ' +
      '`make bench-gate RENEW=1` writes the new ratios.\n',
  );
}
