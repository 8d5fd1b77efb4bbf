import { sleep } from '@lvra/core';

export const HEARTBEAT_MS = 3_000;

export type Heartbeat = () => Promise<void>;

/**
 * Waits while sending heartbeats, so that the membership in the consumer group is not lost.
 *
 * @throws what `heartbeat` throws if the group has rebalanced meanwhile
 */
export async function withHeartbeat(wait: Promise<unknown>, heartbeat: Heartbeat): Promise<void> {
  const finished = new AbortController();
  let failure: { error: unknown } | undefined;
  const finish = () => finished.abort();
  void wait.then(finish, (error) => {
    failure = { error };
    finish();
  });
  while (!finished.signal.aborted) {
    await sleep(HEARTBEAT_MS, finished.signal);
    await heartbeat();
  }
  if (failure) throw failure.error;
}
