import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@lvra/test-servers/service';
import { FLOOR_NAMES, type Floors } from './floors.js';

/** What a stage, or all four, cost an alert. */
export interface StageCost {
  readonly alertsPerSecond: number;
  /** Of each alert, children included. */
  readonly userMs: number;
  readonly systemMs: number;
  readonly peakMb: number;
  /** To the disk, of each alert. */
  readonly writtenBytes: number;
  /** Of the whole run. */
  readonly ledgerTransactions: number;
  readonly httpCalls: number;
}

export type Measured = ServiceName | 'all';

/** One run of `make bench`, as it is kept in bench/results. */
export interface BenchResult {
  /** Short hash; with `-changed` where files differ from it. */
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly seed: number;
  readonly alerts: number;
  readonly bytesAnAlert: number;
  /** From the first alert sent to the last accepted annotation. */
  readonly seconds: number;
  readonly latencySeconds: { readonly median: number; readonly p99: number };
  readonly costs: Readonly<Record<Measured, StageCost>>;
  /** What alerts cost before them, the first ones of processes that have just started. */
  readonly warmingUp: { readonly alerts: number; readonly costs: Readonly<Record<Measured, StageCost>> };
  /** CPU ms an alert, just before the run and just after. */
  readonly floors: { readonly before: Floors; readonly after: Floors };
  /** CPU over each floor's mean of before and after. */
  readonly ratios: Readonly<Record<Measured, Floors>>;
}

export const MEASURED: readonly Measured[] = ['consumer', 'feature', 'predict', 'annotate', 'all'];
export const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export const cpuMs = ({ userMs, systemMs }: { userMs: number; systemMs: number }): number => userMs + systemMs;

/** How often each floor goes into what was measured. */
export function ratiosOf(costs: BenchResult['costs'], { before, after }: BenchResult['floors']): BenchResult['ratios'] {
  const names = Object.keys(FLOOR_NAMES) as (keyof Floors)[];
  const ratios = (measured: Measured) =>
    Object.fromEntries(names.map((name) => [name, (2 * cpuMs(costs[measured])) / (before[name] + after[name])]));
  return Object.fromEntries(MEASURED.map((name) => [name, ratios(name)])) as unknown as BenchResult['ratios'];
}

/** Keeps a result under its commit. @returns the file */
export function keepResult(result: BenchResult, folder = RESULTS): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.commit}.json`);
  writeFileSync(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
}

/** Four digits are more than any of it is good for; times and counts are whole. */
export const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

/** The newest result of another commit that is kept; undefined where there is none. */
export function newestResult(except: string, folder = RESULTS): BenchResult | undefined {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{7,40}\.json$/.test(name) && name !== `${except}.json`)
    .map((name): BenchResult => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .sort((a, b) => a.date.localeCompare(b.date))
    .at(-1);
}

/** The short hash of what is measured, `-changed` behind it where tracked files differ from it. */
export function commitAtHand(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/results', ':!docs') !== '';
  return git('rev-parse', '--short=8', 'HEAD') + (isChanged ? '-changed' : '');
}

export const machineAtHand = (): string => `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`;
