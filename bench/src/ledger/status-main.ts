import { spawnSync } from 'node:child_process';
import { LVRA } from '@lvra/cli/testing/run-lvra';
import { spread } from './timing.js';

// How long `lvra status` takes over the data folder that is named, and a Node that does nothing, turn by turn. A process
// of its own, because a large one, such as that which filled the ledger, takes 50 ms longer to start another.
const TIMES = 20;

const environment = { ...process.env, LVRA_PROFILE: 'production', LVRA_DATA_ROOT: process.argv[2] };
const status: number[] = [];
const node: number[] = [];
for (let time = 0; time < TIMES; time++) {
  status.push(run(LVRA, 'status'));
  node.push(run('-e', '0'));
}
process.stdout.write(
  `lvra status, the whole process: ${spread(status)} ms; a Node that does nothing: ${spread(node)}\n`,
);

/** @returns ms by the clock */
function run(...args: string[]): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - begun;
}
