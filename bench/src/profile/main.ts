import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STAGES } from '../pipeline.js';
import { type Span, selfTimes } from './cpu-profile.js';
import { profileEmbedded, profileService } from './runs.js';
import { summaryOf } from './summary.js';

// make profile: where the CPU time of a stage goes while alerts go through all of them, or that of `lvra run --once`.

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const USAGE = `profile: say what to profile: ${STAGES.join(', ')}, run; or --read FILE.cpuprofile`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { alerts: { type: 'string', default: '5000' }, read: { type: 'string', multiple: true } },
});
if (values.read) process.stdout.write(summaryOf(selfTimes(values.read), PROJECT));
else await profile(positionals[0], Number(values.alerts));

async function profile(what: string | undefined, alerts: number): Promise<void> {
  const stage = STAGES.find((name) => name === what);
  if (!stage && what !== 'run') {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const folder = join(PROJECT, 'bench', 'data', 'profiles', `${what}-${new Date().toISOString().replace(/\W/g, '')}`);
  mkdirSync(folder, { recursive: true });
  const span: Span = stage ? await profileService(stage, alerts, folder) : await profileEmbedded(alerts, folder);
  const files = readdirSync(folder).map((name) => join(folder, name));
  process.stdout.write(`${what}, ${alerts} alerts, ${summaryOf(selfTimes(files, span), PROJECT)}`);
  for (const file of files) process.stdout.write(`kept in ${relative(process.cwd(), file)}\n`);
  process.stdout.write(
    'Chrome opens it: chrome://inspect, "Open dedicated DevTools for Node", Performance, Load profile\n',
  );
}
