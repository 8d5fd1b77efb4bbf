import { parseArgs } from 'node:util';
import { SEED } from '../alerts.js';
import { commitAtHand, machineAtHand } from '../results.js';
import { annotationPaths } from './annotation.js';
import { csvPaths } from './csv.js';
import { featurePaths } from './features.js';
import { GROUPS, type Group, type HotPaths } from './hot-path.js';
import { type Input, readInputs, readStem } from './inputs.js';
import { ledgerPaths } from './ledger.js';
import { type Measured, measure } from './measure.js';
import { bareParse, parsePaths } from './parse.js';
import { reportOf } from './report.js';
import { scorePaths } from './score.js';

// make bench-micro: what an alert costs on each hot path, against bare JSON.parse of the same alerts.

/** The hot paths of each group; those behind the feature file see rows and ids, whatever bytes they came from. */
const MAKE: Readonly<Record<Group, (input: Input) => HotPaths | Promise<HotPaths>>> = {
  parse: parsePaths,
  features: featurePaths,
  csv: csvPaths,
  score: scorePaths,
  ledger: ledgerPaths,
  annotation: annotationPaths,
};
const BY_BYTES: readonly Group[] = ['parse', 'features', 'csv'];

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } });
const wanted = GROUPS.filter((group) => values.only === undefined || values.only.split(',').includes(group));
if (wanted.length === 0) {
  process.stderr.write(`bench-micro: there is no hot path ${values.only}: choose from ${GROUPS.join(', ')}\n`);
  process.exit(2);
}
const alerts = readInputs();
const stem = readStem();
const paths: Measured[] = [];
for (const group of wanted) {
  for (const input of BY_BYTES.includes(group) ? alerts : [stem]) paths.push(...(await measureGroup(group, input)));
}
const result = {
  commit: commitAtHand(),
  date: new Date().toISOString(),
  machine: machineAtHand(),
  node: process.version,
  seed: SEED,
  bytesAnAlert: Object.fromEntries(alerts.map(({ name, bytes }) => [name, Math.round(bytes)])),
  paths,
};
process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : reportOf(result));

async function measureGroup(group: Group, input: Input): Promise<Measured[]> {
  const floor = bareParse(input);
  const { paths, close } = await MAKE[group](input);
  try {
    const results: Measured[] = [];
    for (const path of group === 'parse' ? [floor, ...paths] : paths) results.push(await measure(path, floor));
    return results;
  } finally {
    await close?.();
  }
}
