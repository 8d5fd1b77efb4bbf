import type { ConsoleMetrics } from '@lvra/telemetry';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';

/** Measures how long answers take, by the route: what was asked for has no bound. */
export function measure({ requests }: ConsoleMetrics): MiddlewareHandler {
  return async (context, next) => {
    const begun = performance.now();
    await next();
    const status = `${Math.floor(context.res.status / 100)}xx`;
    requests.observe({ route: routePath(context, -1), status }, (performance.now() - begun) / 1_000);
  };
}
