import { setTimeout } from 'node:timers/promises';

/** @throws if it takes longer than a server that answers takes */
export async function timed<T>(answer: Promise<T>, withinMs: number): Promise<T> {
  const ended = new AbortController();
  const late = setTimeout(withinMs, undefined, { signal: ended.signal, ref: false }).then(
    () => {
      throw Object.assign(new Error(`the server has not answered for ${withinMs / 1_000} s`), { code: '08006' });
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    ended.abort();
    answer.catch(() => {});
  }
}
