import { setMaxListeners } from 'node:events';

/** One loop of a process. */
export interface Worker {
  run(signal: AbortSignal): Promise<unknown>;
  /** Why it cannot work now; undefined while it can. */
  notReady(): string | undefined;
}

/**
 * Runs the workers until `signal` is aborted or all have ended.
 *
 * @throws what a worker throws, after the others were stopped and have ended
 */
export async function runAll(workers: readonly Worker[], signal: AbortSignal): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  // One a VRA at least; Node warns of more than ten.
  setMaxListeners(0, either);
  const running = workers.map((worker) =>
    worker.run(either).catch((error) => {
      failure.abort();
      throw error;
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}

/** Why workers cannot work now, one line each; empty while all can. */
export function notReady(workers: readonly Worker[]): string[] {
  return workers.flatMap((worker) => worker.notReady() ?? []);
}
