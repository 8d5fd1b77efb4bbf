import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import '@lvra/predict/no-telemetry';
import type { StepResult } from './step.js';
import type { ThreadData } from './thread.js';

/**
 * Gives stems to threads, one after the other, until none is left or `signal` is aborted.
 *
 * @throws what ends a thread; the stems that it had recorded stay recorded
 */
export async function inThreads(
  stems: readonly string[],
  threads: number,
  data: ThreadData,
  onResult: (stem: string, result: StepResult) => void,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const work = async () => {
    const thread = new Worker(new URL('thread.js', import.meta.url), { workerData: data });
    const ended = once(thread, 'exit');
    // Where it ends by an error, whoever waits for its answer is told.
    ended.catch(() => undefined);
    await once(thread, 'message');
    while (next < stems.length && !either.aborted) {
      const stem = stems[next++] as string;
      thread.postMessage(stem);
      const [result] = (await once(thread, 'message')) as [StepResult];
      onResult(stem, result);
    }
    thread.postMessage(undefined);
    await ended;
  };
  const working = Array.from({ length: Math.min(threads, stems.length) }, () =>
    work().catch((error) => {
      failure.abort();
      throw error;
    }),
  );
  await Promise.allSettled(working);
  await Promise.all(working);
}
