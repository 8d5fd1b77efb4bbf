import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realMessages } from '@lvra/alerts/testing/json-samples';
import { runLvra } from '@lvra/cli/testing/run-lvra';
import { REAL_STEM, reference } from '@lvra/core/testing/reference';
import { copyRealBatch, openPythonLedger, registerAsPython } from '@lvra/e2e/data-root';
import { type SimulatedAlert, simulateAlerts, startSandbox } from '@lvra/simulator';
import { removeFolder, temporaryFolder } from '@lvra/test-servers/folders';
import { HOSTILE } from './hostile.js';
import { keepStamps } from './stamps.js';

/** Three features, and other scores than the demonstration's. */
const OTHER_MODEL = fileURLToPath(new URL('../../../../deploy/models/demo/fixtures/skl2onnx-double', import.meta.url));

/** A data folder of which the console is to show all. */
export interface Night {
  readonly root: string;
  /** For `lvra` in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `lvra` in it. @param more settings */
  run(words: readonly string[], more?: Readonly<Record<string, string>>): Promise<void>;
  /** Takes more alerts through all stages. */
  add(messages: readonly string[]): Promise<void>;
  remove(): Promise<void>;
}

/** @param fill what is to be in it */
async function makeNight(
  fill: (night: Night) => Promise<void> | void,
  more: Readonly<Record<string, string>> = {},
): Promise<Night> {
  const night = await emptyNight(more);
  try {
    await fill(night);
    return night;
  } catch (error) {
    await night.remove();
    throw error;
  }
}

async function emptyNight(more: Readonly<Record<string, string>>): Promise<Night> {
  const root = temporaryFolder('console');
  const sandbox = await startSandbox();
  const environment = {
    LVRA_DATA_ROOT: root,
    LVRA_ENDPOINT: sandbox.endpoint,
    LASAIR_LSST_TOKEN: 'sandbox-token',
    LVRA_BATCH_ALERTS: '40',
    ...more,
  };
  const run = async (words: readonly string[], settings: Readonly<Record<string, string>> = {}) => {
    const ran = await runLvra(words, { ...environment, ...settings });
    if (ran.code !== 0) throw new Error(`lvra ${words.join(' ')}: ${ran.stdout}${ran.stderr}`);
  };
  return {
    ...{ root, environment, run },
    add: async (messages) => {
      const input = join(root, 'alerts.ndjson');
      writeFileSync(input, `${messages.join('\n')}\n`);
      await run(['run', '--once', '--source', 'replay', '--replay-path', input]);
    },
    remove: async () => {
      await sandbox.close();
      removeFolder(root);
    },
  };
}

function simulated(count: number, seed: number): SimulatedAlert[] {
  const alerts = simulateAlerts({ seed, forms: 'full', meanSources: 6, revisits: 0.4 });
  return Array.from({ length: count }, () => alerts.next().value as SimulatedAlert);
}

/** Alerts of objects that come again, with stamps, and two that nobody can read. @param more settings, such as another ledger */
export function ordinaryNight(more: Readonly<Record<string, string>> = {}): Promise<Night> {
  const alerts = simulated(120, 11);
  const messages = alerts.map(({ text }) => text);
  return makeNight(async (night) => {
    await night.add(['{"diaObjectId": 12345678901234', 'Subject: your alerts', ...messages]);
    await keepStamps(night.root, alerts);
  }, more);
}

/** Scored by two versions of the model. */
export function comparedNight(): Promise<Night> {
  return makeNight(async (night) => {
    await night.add(simulated(60, 23).map(({ text }) => text));
    const model = join(night.root, 'models', 'r0b_next');
    mkdirSync(dirname(model), { recursive: true });
    copyFileSync(`${OTHER_MODEL}.onnx`, `${model}.onnx`);
    const manifest = JSON.parse(readFileSync(`${OTHER_MODEL}.json`, 'utf8'));
    writeFileSync(`${model}.json`, JSON.stringify({ ...manifest, name: 'r0b', version: 'next' }));
    const next = { LVRA_R0B_MODEL_PATH: `${model}.onnx`, LVRA_R0B_MODEL_VERSION: 'next' };
    await night.run(['backfill', '--vra', 'r0b', '--from', '20000101', '--to', '20991231', '--annotate'], next);
    await night.run(['run', '--once', '--source', 'none'], next);
  });
}

/** Messages that nobody has sent before. */
export const laterMessages = (count: number): string[] => simulated(count, 4_711).map(({ text }) => text);

/** Every text of every alert is one that means harm, and so are messages that nobody can read. */
export function hostileNight(): Promise<Night> {
  const alerts = simulated(HOSTILE.length, 5);
  const messages = HOSTILE.flatMap((text, index) => [
    spoilTexts(alerts[index]!.text, text, index % 3 === 0),
    `{"diaObjectId": ${text}, "alert": ${text}}`.replaceAll('\n', ' '),
  ]);
  return makeNight((night) => night.add(messages));
}

/** An alert with a text in place of those that are there, and of those that may be. */
function spoilTexts(alert: string, text: string, isBandToo: boolean): string {
  const names = `sherlock_classifications|UTC|tns_name${isBandToo ? '|band' : ''}`;
  return alert
    .replaceAll(new RegExp(`"(${names})": (?:"[^"]*"|null)`, 'g'), (_, name: string) => `"${name}": ${text}`)
    .replace('{', () => `{"note": ${text}, `);
}

/** The real batch, scored by the Python pipeline; none of our programs has opened its ledger. */
export function pythonNight(): Promise<Night> {
  return makeNight(({ root }) => scoreAsPython(root));
}

function scoreAsPython(root: string): void {
  copyRealBatch(root);
  const ledger = openPythonLedger(root);
  registerAsPython(
    ledger,
    REAL_STEM,
    reference.rows.map(({ diaObjectId }) => BigInt(String(diaObjectId))),
  );
  for (const table of ['feature_making', 'predict', 'annotating']) ledger.exec(`UPDATE ${table} SET r0b = 1`);
  const score = ledger.prepare(
    "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (?, ?, ?, ?, 'r0b', 'a0')",
  );
  for (const [index, { diaObjectId, diaSourceId }] of reference.rows.entries()) {
    score.run(BigInt(String(diaObjectId)), BigInt(String(diaSourceId)), REAL_STEM, index / reference.rows.length);
  }
  ledger.close();
}

/** Real alerts, taken through all stages. */
export function realNight(): Promise<Night> {
  return makeNight((night) => night.add(realMessages));
}
