import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ledger, type TnsRecord } from '@lvra/ledger';
import { makePythonLedger } from '@lvra/ledger/testing/ledgers';
import {
  startTnsSandbox,
  TNS_SANDBOX_BOT,
  TNS_SANDBOX_KEY,
  type TnsSandbox,
  type TnsSandboxOptions,
} from '@lvra/simulator/testing/tns/tns-sandbox';
import { dataPaths } from '@lvra/store';
import { LVRA, type Ran, temporaryFolder } from './run-lvra.js';

const REAL = fileURLToPath(new URL('../../../../../shared/real', import.meta.url));
const STEM = '20260202_102448';

/** Objects of the real batch that can be reported. */
export const OBJECTS = ['169760231708427201', '169355602839470932', '169298437465440380'] as const;

/** For tests: a team's data folder as the Python pipeline leaves it, a sandbox TNS, and what is set to report there. */
export interface TnsTeam {
  readonly folder: string;
  readonly sandbox: TnsSandbox;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `lvra tns-report` to its end. */
  report(words: readonly string[], input?: string): Promise<Ran>;
  /** Starts it, and leaves it running. */
  start(words: readonly string[]): ChildProcess;
  openLedger(): Promise<Ledger>;
  /** What the ledger has of an object. */
  records(id: string): Promise<TnsRecord[]>;
  end(): Promise<void>;
}

export async function makeTnsTeam(options: TnsSandboxOptions = {}): Promise<TnsTeam> {
  const { folder, remove } = temporaryFolder();
  const sandbox = await startTnsSandbox(options);
  cpSync(join(REAL, 'JSON'), join(folder, 'JSON'), { recursive: true });
  makePythonLedger(dataPaths(folder).database, OBJECTS.map(rowsOf).join(''));
  const environment = {
    LVRA_DATA_ROOT: folder,
    LVRA_TNS_REPORTER: 'A. Person (Some University)',
    LVRA_TNS_BOT_ID: String(TNS_SANDBOX_BOT.id),
    LVRA_TNS_BOT_NAME: TNS_SANDBOX_BOT.name,
    LVRA_TNS_API_KEY: TNS_SANDBOX_KEY,
    LVRA_TNS_SANDBOX_ADDRESS: sandbox.address,
    LVRA_TNS_LIVE_ADDRESS: sandbox.address,
    LVRA_TNS_POLL_SECONDS: '0.05',
  };
  const children = new Set<ChildProcess>();
  const start = (words: readonly string[]) => {
    const env = { PATH: process.env.PATH, ...environment };
    const child = spawn(process.execPath, [LVRA, 'tns-report', ...words], { env, stdio: 'pipe' });
    children.add(child);
    child.once('close', () => children.delete(child));
    return child;
  };
  const openLedger = () => Ledger.open(dataPaths(folder).database, ['r0b'], { create: false });
  return {
    ...{ folder, sandbox, environment, start, openLedger },
    report: async (words, input = '') => {
      const child = start(words);
      child.stdin?.on('error', () => {}).end(input);
      return endOf(child);
    },
    records: async (id) => {
      const ledger = await openLedger();
      try {
        return await ledger.tns.ofObject(BigInt(id));
      } finally {
        await ledger.close();
      }
    },
    end: async () => {
      for (const child of children) child.kill('SIGKILL');
      await Promise.all([...children].map(endOf));
      await sandbox.close();
      remove();
    },
  };
}

/** Scores of 0.9, 0.8 and 0.7. */
function rowsOf(id: string, index: number): string {
  return `INSERT INTO diaobjid_stems (diaObjectId, stem) VALUES (${id}, '${STEM}');
    INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
    VALUES (${id}, ${id}, '${STEM}', ${0.9 - index / 10}, 'r0b', 'a1');\n`;
}

/** Waits for the end of a program, with what it said from now on. */
export function endOf(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}
