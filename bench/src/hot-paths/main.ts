import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { REAL } from '@lvra/core/testing/reference';
import { about, table } from '../pipeline/about.js';
import { nextAlerts, simulatedStream } from '../pipeline/alerts.js';
import { featurePaths } from './features.js';
import type { HotPath, Input } from './hot-path.js';
import { lightCurvePaths } from './light-curves.js';
import { measure } from './measure.js';
import { avroPaths, bareParse, parsePaths } from './parse.js';
import { annotationPaths, scorePaths } from './score.js';

// make bench OF=hot-paths: what an alert costs on each hot path, against bare JSON.parse of the same alerts.
const GROUPS: Readonly<Record<string, (input: Input) => HotPath[] | Promise<HotPath[]>>> = {
  parse: parsePaths,
  avro: avroPaths,
  features: featurePaths,
  score: scorePaths,
  annotation: annotationPaths,
  'light-curves': lightCurvePaths,
};
/** Some 4 MB: like those of a service, these bytes do not fit the cache of a core. */
const ALERTS = 100;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only ?? Object.keys(GROUPS).join(',');
const folder = mkdtempSync(join(tmpdir(), 'lvra-hot-paths-'));
try {
  const rows: string[][] = [];
  for (const input of inputs()) {
    const parse = bareParse(input);
    for (const group of wanted.split(',')) {
      const make = GROUPS[group];
      if (!make) throw new Error(`there is no hot path ${group}: choose from ${Object.keys(GROUPS).join(', ')}`);
      for (const path of await make(input)) {
        const { cpuUs, ofParse } = await measure(path, parse);
        const ratios = [ofParse.median, ofParse.least, ofParse.most].map((ratio) => ratio.toPrecision(2));
        rows.push([path.name, input.name, cpuUs.toPrecision(3), ...ratios]);
      }
    }
  }
  const head = ['hot path', 'alerts', 'CPU µs/alert', 'x JSON.parse', 'least', 'most'];
  process.stdout.write(`${table(head, rows)}\n${about()}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The simulator's alerts, and the real ones if they exist beside the project; copies, each with memory of its own. */
function inputs(): Input[] {
  const simulated = nextAlerts(simulatedStream(), ALERTS);
  const file = new URL('alerts-20260202.ndjson', REAL);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  const real = lines.length === 0 ? [] : simulated.map((_, i) => Buffer.from(lines[i % lines.length] as string));
  return [
    { name: 'simulated' as const, alerts: simulated, folder: join(folder, 'simulated') },
    { name: 'real' as const, alerts: real, folder: join(folder, 'real') },
  ].filter(({ alerts }) => alerts.length > 0);
}
