import { loadSettings } from '@lvra/config';
import { stopSignal } from '@lvra/core';
import { EXIT } from '@lvra/runtime';
import { type Sandbox, startSandbox } from '@lvra/simulator';
import { print, printError } from '../command-line/output.js';
import { startConsole } from '../run/console-process.js';
import { EmbeddedPipeline } from '../run/embedded-pipeline.js';
import { withProgress } from '../run/show-progress.js';
import { beginDemoFolder } from './folder.js';
import { freeAddress } from './free-address.js';
import { demoSource } from './source.js';
import { describeDemo } from './summary.js';

const ALERTS = 2_000;
const ALERTS_A_SECOND = 150;
/** A typical latency of Lasair. */
const LATENCY_MS = 80;
const FOLDER = 'demo-data';

/** So that there is much to see within a few seconds; at night a batch is larger. */
const SETTINGS = { LVRA_BATCH_ALERTS: '150', LVRA_BATCH_SECONDS: '1', LVRA_SOURCE: 'simulate' } as const;

/**
 * Runs the demonstration, in a folder of its own below the current one.
 *
 * @param withConsole serves the pages about it afterwards, until Ctrl-C
 */
export async function demo(withConsole: boolean): Promise<void> {
  const root = beginDemoFolder(FOLDER);
  const sandbox = await startSandbox({ latencyMs: LATENCY_MS });
  try {
    await runDemo(root, sandbox, withConsole);
  } finally {
    await sandbox.close();
  }
}

async function runDemo(root: string, sandbox: Sandbox, withConsole: boolean): Promise<void> {
  // Without the user's own settings: neither their data folder nor their token may be used here.
  const environment = {
    ...SETTINGS,
    LVRA_DATA_ROOT: root,
    LVRA_ENDPOINT: sandbox.endpoint,
    LASAIR_TOKEN: 'sandbox-token',
  };
  const settings = loadSettings({ environment });
  const source = demoSource({ seed: settings.simulateSeed, count: ALERTS, rate: ALERTS_A_SECOND });
  const embedded = await EmbeddedPipeline.open(settings, 'lvra demo', source);
  print(`Simulated alerts → features → scores → annotations at ${sandbox.endpoint}\n`);
  const signal = stopSignal(() => {});
  const begun = performance.now();
  const problems = await withProgress(embedded, ALERTS, () => embedded.drain(signal));
  print(await describeDemo(embedded, sandbox, source.truths, performance.now() - begun));
  for (const problem of problems) printError(problem);
  if (problems.length > 0 || (await embedded.unfinished()).length > 0) process.exitCode = EXIT.failed;
  await embedded.close();
  if (withConsole && !signal.aborted) await showPages(environment, signal);
}

/** Serves the pages about what was done, until they are not wanted any more. */
async function showPages(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const { host, port } = loadSettings({ environment }).console;
  const listen = { LVRA_CONSOLE_LISTEN: await freeAddress(host, port) };
  print('\nThe same as pages, until Ctrl-C:');
  const pages = startConsole({ ...environment, ...listen }, print);
  signal.addEventListener('abort', () => void pages.end());
  await pages.ended;
}
