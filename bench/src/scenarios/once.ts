import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LVRA, runLvra } from '@lvra/cli/testing/run-lvra';
import { writeBatchFile } from '@lvra/consumer/batch-files';
import { dataPaths } from '@lvra/shared/paths';
import { nextStem, stemOf } from '@lvra/shared/stem';
import { simulatedAlerts } from '../alerts.js';
import { usageOf } from '../process-usage.js';
import { idPlacesOf, writeIds } from './fresh-ids.js';
import { arrivalsOf } from './latencies.js';
import { finish, verdict } from './report.js';
import { SandboxProcess } from './sandbox-process.js';

const OBJECTIVE = 2_500;
const TEMPLATES = 1_000;
const FIRST_STEM = new Date('2026-02-02T00:46:00Z');
const LASAIR_LATENCY_MS = 20;

/** `lvra run --once` over stored batch files: all four stages in one process, without Kafka and NATS. */
export async function once(stems: number, alertsAStem: number, node: readonly string[] = []): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-once-'));
  const [stored, root] = [join(folder, 'stored'), join(folder, 'data')];
  const sandbox = await SandboxProcess.start(LASAIR_LATENCY_MS, ['r0b_lvra']);
  const environment = {
    PATH: process.env.PATH ?? '',
    LVRA_PROFILE: 'production',
    LVRA_DATA_ROOT: root,
    LVRA_ENDPOINT: sandbox.endpoint,
    LVRA_ANNOTATE_CALLS_PER_HOUR: '1000000',
    LASAIR_LSST_TOKEN: 'sandbox-token',
  };
  try {
    await writeStems(stored, stems, alertsAStem);
    const init = await runLvra(['init'], environment);
    if (init.code !== 0) throw new Error(init.stderr);
    const { seconds, cpuMs, peakMb, code, said } = await run([...node, LVRA, ...WORDS, stored], environment);
    const alerts = stems * alertsAStem;
    const { faults } = arrivalsOf({ sent: alerts, sentAt: () => Number.NaN }, await sandbox.held());
    const verified = await runLvra(['verify'], environment);
    finish(
      [
        `${stems} stored stems of ${alertsAStem} alerts in ${seconds.toFixed(1)} s, the start of the process included`,
        `CPU ${(cpuMs / alerts).toFixed(3)} ms/alert, ${(cpuMs / seconds / 10).toFixed(0)} % of a core; peak memory ${peakMb.toFixed(0)} MB`,
        verdict('lvra run --once', alerts / seconds, OBJECTIVE, 'alerts/s', false),
      ],
      [
        ...(code === 0 ? [] : [`lvra run ended with ${code}: ${said}`]),
        ...faults,
        ...(verified.code === 0 ? [] : [`${verified.stdout}${verified.stderr}`]),
      ],
    );
  } finally {
    await sandbox.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const WORDS = ['run', '--once', '--source', 'replay', '--replay-path'];

/** Batch files as a night leaves them, in the folders of its data. */
async function writeStems(root: string, stems: number, alertsAStem: number): Promise<void> {
  const templates = simulatedAlerts(TEMPLATES).map(({ text, diaObjectId, diaSourceId }) => {
    const bytes = Buffer.from(text);
    return { bytes, ids: idPlacesOf(bytes, diaObjectId, diaSourceId) };
  });
  let serial = 0;
  let stem = stemOf(FIRST_STEM);
  for (let count = 0; count < stems; count++) {
    const alerts = Array.from({ length: alertsAStem }, () => {
      const { bytes, ids } = templates[serial % TEMPLATES] as (typeof templates)[number];
      writeIds(bytes, 0, ids, serial++);
      return bytes;
    });
    await writeBatchFile(dataPaths(root).batch(stem), alerts);
    stem = nextStem(stem);
  }
}

/** Runs a program of Node to its end. */
async function run(words: readonly string[], environment: Readonly<Record<string, string>>) {
  const begun = performance.now();
  const child = spawn(process.execPath, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  let [cpuMs, peakMb] = [0, 0];
  // What it used in all cannot be asked for once it has ended; one that has just ended has no memory any more.
  const looking = setInterval(() => {
    if (child.exitCode !== null) return;
    const usage = usageOf(child.pid as number);
    cpuMs = usage.cpuMs;
    peakMb = Math.max(peakMb, usage.peakMb);
  }, 100);
  const [code] = (await event(child, 'exit')) as [number | null];
  clearInterval(looking);
  return { seconds: (performance.now() - begun) / 1_000, cpuMs, peakMb, code, said };
}
