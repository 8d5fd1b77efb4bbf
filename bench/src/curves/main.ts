import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFeatureFile } from '@lvra/feature/feature-stage';
import { dataPaths } from '@lvra/shared/paths';
import Table from 'cli-table3';
import { benchAlerts } from '../alerts.js';
import { commitAtHand, machineAtHand, RESULTS } from '../results.js';
import { median } from '../statistics.js';
import { withSources } from './history.js';

/**
 * What the feature stage costs against the sources of an alert and against the alerts of a batch: reading the batch
 * file, checking it, computing, writing the feature file. The ledger has a curve of its own (`make bench-ledger`).
 */
const SOURCES = [1, 5, 10, 20, 50, 100];
const BATCHES = [10, 30, 100, 300, 1_000, 3_000, 10_000];
const ALERTS = 1_000;
const BATCH_FOR_SOURCES = 200;
/** Each point is measured so often, after a round that warms up; the middle one counts. */
const ROUNDS = 5;
const STEM = '20260422_010000';

interface Point {
  /** Sources an alert, or alerts a batch. */
  readonly at: number;
  readonly kbAnAlert: number;
  /** User and system time of an alert. */
  readonly cpuMs: number;
  /** What bare JSON.parse takes for the same bytes, NaN already replaced. */
  readonly parseMs: number;
}

const root = mkdtempSync(join(tmpdir(), 'lvra-curves-'));
const paths = dataPaths(root);
try {
  const alerts = benchAlerts(ALERTS);
  const bySources: Point[] = [];
  for (const sources of SOURCES) {
    const made = alerts.slice(0, BATCH_FOR_SOURCES).map((alert) => withSources(alert, sources));
    bySources.push(await measure(sources, made, made.length));
  }
  const byBatch: Point[] = [];
  for (const size of BATCHES) byBatch.push(await measure(size, alerts, size));
  const result = { commit: commitAtHand(), machine: machineAtHand(), node: process.version, bySources, byBatch };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'curves.json'), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${tableOf('sources an alert', bySources)}\n${tableOf('alerts a batch', byBatch)}\n`);
} finally {
  rmSync(root, { recursive: true });
}

/** Alerts are taken over and over where the batch is larger than what there is. */
async function measure(at: number, alerts: readonly Buffer[], size: number): Promise<Point> {
  const path = paths.batch(STEM);
  mkdirSync(dirname(path), { recursive: true });
  const batch = Array.from({ length: size }, (_, i) => alerts[i % alerts.length] as Buffer);
  const comma = Buffer.from(', ');
  const parts = batch.flatMap((alert, i) => (i === 0 ? [alert] : [comma, alert]));
  writeFileSync(path, Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]));
  // A batch of ten is over before the clock of the CPU has moved.
  const times = Math.ceil(1_000 / size);
  const texts = alerts.slice(0, 200).map((alert) => alert.toString('latin1').replaceAll('NaN', 'null'));
  const cpu: number[] = [];
  const parse: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    let before = process.cpuUsage();
    for (let i = 0; i < times; i++) await makeFeatureFile(STEM, paths, undefined);
    if (round > 0) cpu.push(cpuMsSince(before) / (times * size));
    before = process.cpuUsage();
    for (const text of texts) JSON.parse(text);
    if (round > 0) parse.push(cpuMsSince(before) / texts.length);
  }
  const bytes = batch.reduce((sum, alert) => sum + alert.length, 0);
  return { at, kbAnAlert: digits(bytes / size / 1_000), cpuMs: digits(median(cpu)), parseMs: digits(median(parse)) };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function digits(value: number): number {
  return Number(value.toPrecision(3));
}

function tableOf(name: string, points: readonly Point[]): string {
  const head = [name, 'kB an alert', 'CPU ms an alert', 'JSON.parse, ms', 'of JSON.parse'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { at, kbAnAlert, cpuMs, parseMs } of points) {
    table.push([at, kbAnAlert, cpuMs, parseMs, digits(cpuMs / parseMs)]);
  }
  return table.toString();
}
