import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { dataPaths } from '@lvra/store';
import type { Filled } from './sizes.js';
import type { Sample } from './timing.js';

const WRITER = fileURLToPath(new URL('writer-main.js', import.meta.url));
const WRITERS = 8;
/** Numbers of stems of one writer and of the next are so far apart that no source comes twice. */
const STEMS_A_WRITER = 10_000;

/** How much comes in, over all writers. */
export interface Load {
  readonly alertsASecond: number;
  readonly alertsAStem: number;
  readonly seconds: number;
}

/** The parameters of one writer. */
export interface Order {
  readonly path: string;
  readonly writer: number;
  /** The number of its first stem. */
  readonly first: number;
  readonly stems: number;
  readonly alerts: number;
  readonly everyMs: number;
  /** When its first comes, ms from the beginning: batches come evenly, and not all writers at once. */
  readonly startMs: number;
  readonly objects: number;
}

export interface LoadResult {
  readonly samples: readonly Sample[];
  /** How long the slowest writer continued after the end, ms. */
  readonly behindMs: number;
}

/** Eight processes on one ledger, each with an eighth of the stems, all of whose stages it goes through. */
export async function measureWriters(filled: Filled, load: Load): Promise<LoadResult> {
  const { alertsASecond, alertsAStem: alerts, seconds } = load;
  const everyMs = (WRITERS * 1_000 * alerts) / alertsASecond;
  const orders = Array.from({ length: WRITERS }, (_, writer) => ({
    ...{ path: dataPaths(filled.dataRoot).database, objects: filled.objects, writer, alerts, everyMs },
    first: filled.stems + (writer + 1) * STEMS_A_WRITER,
    stems: Math.max(1, Math.round((alertsASecond * seconds) / alerts / WRITERS)),
    startMs: (everyMs / WRITERS) * writer,
  }));
  const written = await Promise.all(orders.map(write));
  return {
    samples: written.flatMap(({ samples }) => samples),
    behindMs: Math.max(...written.map(({ behindMs }) => behindMs)),
  };
}

async function write(order: Order): Promise<LoadResult> {
  const child = fork(WRITER, [JSON.stringify(order)]);
  let answer: LoadResult | undefined;
  child.once('message', (message) => {
    answer = message as LoadResult;
  });
  const [code, signal] = await once(child, 'exit');
  if (!answer) throw new Error(`writer ${order.writer} ended with ${signal ?? code}; its error is above`);
  return answer;
}
