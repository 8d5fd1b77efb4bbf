import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms`, or until `signal` is aborted, whichever comes first. Never throws. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(ms, 0), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Never notified; used for a blocking sleep. */
const neverNotified = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread for `ms`, its event loop too: only for short waits in synchronous code, such as for a file's lock. */
export function blockingSleep(ms: number): void {
  Atomics.wait(neverNotified, 0, 0, ms);
}
