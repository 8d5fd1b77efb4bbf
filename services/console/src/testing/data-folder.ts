import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Ledger, type QuarantineEntry } from '@lvra/ledger';
import { type TestConsole, testConsole } from './console.js';

/** A data folder with an empty ledger, and the console of it. */
export interface TestFolder {
  readonly root: string;
  readonly ledger: Ledger;
  readonly console: TestConsole;
  /** Registers a batch of three alerts for all VRAs, which Kafka had two seconds before. @returns its stem */
  register(instant: number, quarantined?: readonly Omit<QuarantineEntry, 'stem'>[], alerts?: number): Promise<string>;
}

/** Everything goes when the test ends. */
export async function testFolder(t: TestContext, vras: readonly string[] = ['r0b']): Promise<TestFolder> {
  const root = mkdtempSync(join(tmpdir(), 'lvra-console-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const vra of vras) {
    const lines = [`MODEL_PATH: ${vra}.onnx`, `MODEL_NAME: ${vra}`, 'MODEL_VERSION: a1', `TOPIC_OUT: ${vra}_lvra`];
    writeFileSync(join(root, `${vra}.yaml`), `${lines.join('\n')}\n`);
  }
  const settings = join(root, 'settings.yaml');
  const files = vras.map((vra) => `${vra}.yaml`).join(', ');
  writeFileSync(settings, `vras: [${files}]\nsource: none\ndry_run: yes\nannotate_calls_per_hour: 4500\n`);
  mkdirSync(join(root, 'db'));
  const ledger = await Ledger.open(join(root, 'db', 'log.db'), vras, { create: true });
  t.after(() => ledger.close());
  const console = testConsole({ LVRA_SETTINGS: settings, LVRA_DATA_ROOT: root });
  t.after(() => console.close());
  let offset = 0n;
  return {
    root,
    ledger,
    console,
    async register(instant, quarantined = [], alerts = 3) {
      const stem = await ledger.batches.reserveStem('consumer 1', new Date(instant));
      await ledger.batches.register({
        ...{ stem, vras, source: 'kafka', groupId: 'g', bytes: 7_000, now: instant + 500, durationMs: 30 },
        quarantined: quarantined.map((entry) => ({ ...entry, stem })),
        ranges: [{ topic: 'alerts', partition: 0, first: offset, next: offset + 3n, fingerprint: 'f' }],
        diaObjectIds: Array.from({ length: alerts }, (_, at) => 313637921267122190n + BigInt(at)),
        receivedMs: new Float64Array(alerts).fill(instant - 2_000),
      });
      offset += 3n;
      return stem;
    },
  };
}
