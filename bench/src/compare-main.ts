import { parseArgs } from 'node:util';
import { checkOut } from './checkout.js';
import { compare, comparisonReport } from './comparison.js';
import { ALERTS_A_ROUND, measurePairs, WARMING_UP } from './pairs.js';
import { commitAtHand, machineAtHand } from './results.js';

// make bench-compare: what an alert costs with another commit's services, and what with these.
const FEWEST_ROUNDS = 3;

const { values } = parseArgs({ options: { base: { type: 'string' }, rounds: { type: 'string', default: '8' } } });
const rounds = Number(values.rounds);
if (!values.base || !(rounds >= FEWEST_ROUNDS)) {
  process.stderr.write(`make bench-compare BASE=<commit> [ROUNDS=8]; of rounds at least ${FEWEST_ROUNDS}\n`);
  process.exit(2);
}

const checkout = await checkOut(values.base);
try {
  const pairs = await measurePairs(checkout.project, rounds);
  process.stdout.write(
    [
      `${rounds} rounds of ${ALERTS_A_ROUND} alerts through both in turn, after ${WARMING_UP} to warm up`,
      comparisonReport(compare(pairs), checkout.commit, commitAtHand()),
      `ratio: median, least and most of the rounds. ${machineAtHand()}, Node ${process.version}`,
      '',
    ].join('\n'),
  );
} finally {
  await checkout.remove();
}
