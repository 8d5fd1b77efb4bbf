import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms`, or until `signal` is aborted, whichever comes first. Never throws. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.max(ms, 0), undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
