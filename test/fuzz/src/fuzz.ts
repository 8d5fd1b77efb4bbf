import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Random } from '@lvra/core';
import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';
import { mutate } from './mutate.js';
import { takeBatch } from './take.js';

export interface FuzzResult {
  readonly messages: number;
  /** In a batch file. */
  readonly taken: number;
  /** In a feature file. */
  readonly rows: number;
  /** Why Python rejects it. */
  readonly faults: readonly string[];
}

const BATCH = 20;
/** The number of different alerts that are mutated. */
const ALERTS = 300;

/** Sends changed alerts through envelope and feature table, and has Python's json and csv judge the result of each. */
export async function fuzz(count: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed);
  const simulated = simulateAlerts({ seed, forms: 'full', revisits: 0, meanSources: 4 });
  const alerts = Array.from({ length: ALERTS }, () => simulated.next().value);
  const oracle = startOracle();
  let taken = 0;
  let rows = 0;
  for (let done = 0; done < count; done += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - done) }, () =>
      mutate(alerts[random.whole(0, ALERTS - 1)] as SimulatedAlert, random),
    );
    const { verdicts, csv } = await takeBatch(messages);
    for (const verdict of verdicts) {
      if (!('id' in verdict)) continue;
      taken++;
      if (verdict.row === 'yes') rows++;
    }
    await oracle.ask({
      messages: messages.map((message) => message.toString('base64')),
      verdicts: verdicts.map((verdict) => ('id' in verdict ? { id: verdict.id, row: verdict.row } : verdict)),
      csv: csv.toString('base64'),
    });
  }
  return { messages: count, taken, rows, faults: await oracle.end() };
}

function startOracle() {
  const script = fileURLToPath(new URL('../src/oracle.py', import.meta.url));
  const child = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return {
    ask: async (batch: unknown) => {
      if (!child.stdin.write(`${JSON.stringify(batch)}\n`)) await once(child.stdin, 'drain');
    },
    end: async () => {
      child.stdin.end();
      const [code] = await closed;
      if (code !== 0) throw new Error(`the oracle ended with ${code}`);
      return said.split('\n').filter(Boolean);
    },
  };
}
