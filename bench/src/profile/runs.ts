import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSandbox } from '@lvra/sandbox/sandbox';
import { startKafka } from '@lvra/test-servers/kafka';
import type { ServiceName } from '@lvra/test-servers/service';
import { AlertFile } from '../alert-file.js';
import { alertStream } from '../alerts.js';
import { LASAIR_LATENCY_MS, Pipeline } from '../pipeline.js';
import type { Span } from './cpu-profile.js';

const LVRA = fileURLToPath(new URL('../../../services/cli/dist/main.js', import.meta.url));
/** As many are in a stored stem. */
const STEM_ALERTS = 500;

const profileInto = (folder: string) => ['--cpu-prof', `--cpu-prof-dir=${folder}`];

const now = () => Number(process.hrtime.bigint() / 1_000n);

/** Profiles one service while alerts go through all four. @returns when they did; before it, the service started */
export function profileService(stage: ServiceName, count: number, folder: string): Promise<Span> {
  return inFolder(async (own) => {
    const alerts = AlertFile.write(own, alertStream(count));
    const kafka = await startKafka({ version: '3.9' });
    try {
      const pipeline = await Pipeline.start({ kafka, topic: 'profile', node: { [stage]: profileInto(folder) } });
      try {
        const from = now();
        await pipeline.run(alerts.read(), count);
        return { from, until: now() };
      } finally {
        // Its profile is written when a service ends.
        await pipeline.end();
      }
    } finally {
      await kafka.stop();
      alerts.close();
    }
  });
}

/** Profiles `lvra run --once` over stored stems, to the sandbox. @returns its life, the start included */
export function profileEmbedded(count: number, folder: string): Promise<Span> {
  return inFolder(async (own) => {
    const [stems, root] = [join(own, 'stems'), join(own, 'data')];
    for (const made of [stems, root]) mkdirSync(made);
    const alerts = [...alertStream(count)];
    for (let begin = 0; begin < count; begin += STEM_ALERTS) {
      writeFileSync(join(stems, `${begin + 1e9}.json`), `[${alerts.slice(begin, begin + STEM_ALERTS).join(',\n')}]`);
    }
    const sandbox = await startSandbox({ latencyMs: LASAIR_LATENCY_MS, callsPerHour: 1_000_000, keep: 'current' });
    try {
      const from = now();
      const env = {
        ...process.env,
        LVRA_PROFILE: 'production',
        LVRA_DATA_ROOT: root,
        LVRA_ENDPOINT: sandbox.endpoint,
        LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
        LASAIR_LSST_TOKEN: 'sandbox-token',
      };
      const command = [LVRA, 'run', '--once', '--source', 'replay', '--replay-path', stems];
      await promisify(execFile)(process.execPath, [...profileInto(folder), ...command], { env });
      return { from, until: now() };
    } finally {
      await sandbox.close();
    }
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-profile-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
