import type { MiddlewareHandler } from 'hono';

/** Twenty tabs ask for the same within milliseconds of a change; what also changes by time passing waits no longer. */
const KEPT_MS = 2_000;
const MOST_KEPT = 64;
/** What a tab never asks for again by itself need not be kept. All together may take sixty-four times as much. */
const LARGEST = 250_000;

interface Answer {
  readonly body: ArrayBuffer;
  readonly headers: Headers;
}

interface Kept {
  readonly version: string;
  readonly until: number;
  readonly answer: Promise<Answer | undefined>;
}

/**
 * Has those who ask for the same at the same version of the ledger share one answer.
 *
 * @param version of the ledger
 */
export function sharedAnswers(version: () => Promise<string>): MiddlewareHandler {
  const kept = new Map<string, Kept>();
  return async (context, next) => {
    const { req } = context;
    if (req.method !== 'GET' || !['json', undefined].includes(req.query('format'))) return next();
    const key = JSON.stringify([req.url, req.header('accept')?.includes('text/html'), context.get('user') ?? null]);
    // Where the ledger cannot be read, the route itself says so.
    const now = await version().catch(() => undefined);
    if (now === undefined) return next();
    const at = performance.now();
    for (const [old, { until }] of kept) if (until <= at) kept.delete(old);
    const found = kept.get(key);
    const shared = found?.version === now ? await found.answer : undefined;
    if (shared) return new Response(shared.body, { headers: shared.headers });
    const { promise, resolve } = withResolvers<Answer | undefined>();
    kept.delete(key);
    kept.set(key, { version: now, until: at + KEPT_MS, answer: promise });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    try {
      await next();
      if (context.res.status !== 200) return;
      const body = await context.res.clone().arrayBuffer();
      if (body.byteLength <= LARGEST) resolve({ body, headers: new Headers(context.res.headers) });
    } finally {
      // Whoever waits for an answer that is not to be shared asks himself.
      resolve(undefined);
    }
  };
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}
