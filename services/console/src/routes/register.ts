import type { Look } from '@lvra/operations';
import { hideSecrets } from '@lvra/telemetry';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { Refusal } from '../server/errors.js';
import { csvOf } from './csv.js';
import type { Resource } from './resource.js';

/** Where programs ask. */
export const API = '/api/v1';

/** How routes reach what they need. */
export interface Routing {
  /** @throws what says that the ledger cannot be read now */
  look<T>(read: (look: Look) => Promise<T>): Promise<T>;
  /** The page around the content. */
  page(context: Context, resource: Resource, data: unknown, params: unknown): Response | Promise<Response>;
}

/** Serves each resource as a page and as data. */
export function registerResources(app: Hono, resources: readonly Resource[], { look, page }: Routing): void {
  for (const resource of resources) {
    app.get(apiPathOf(resource), async (context) => {
      const { format, ...asked } = askedOf(context);
      const params = checked(resource, asked);
      if (format === undefined || format === 'json') {
        const data = await look((open) => resource.read(open, params));
        return context.body(hideSecrets(JSON.stringify(data)), 200, { 'content-type': 'application/json' });
      }
      if (format !== 'csv' || !resource.csv) {
        throw new Refusal(400, 'No such format', `There is JSON${resource.csv ? ' and CSV (format=csv)' : ''}.`);
      }
      const { rows, missing } = await look((open) => resource.csv!(open, params));
      if (missing !== null) context.header('x-missing', inHeader(hideSecrets(missing)));
      return context.body(csvOf(rows), 200, { 'content-type': 'text/csv; charset=utf-8' });
    });
    app.get(resource.path, async (context) => {
      const params = checked(resource, askedOf(context));
      const data = await look((open) => resource.read(open, params));
      const elsewhere = resource.elsewhere?.(data);
      return elsewhere === undefined ? page(context, resource, data, params) : context.redirect(elsewhere, 303);
    });
  }
}

/** A header has nothing but ASCII. */
function inHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** Where a resource's data is: `/` is called after what it shows. */
export function apiPathOf({ path }: Pick<Resource, 'path'>): string {
  return `${API}${path === '/' ? '/tonight' : path}`;
}

function askedOf(context: Context): Record<string, string> {
  const asked = Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, values]) => {
      if (values.length > 1)
        throw new Refusal(400, 'Asked for twice', `${name} is there ${values.length} times: write it once.`);
      return [name, values[0] ?? ''];
    }),
  );
  return { ...asked, ...context.req.param() };
}

/** @throws Refusal that names everything that is wrong with what was asked for */
function checked(resource: Resource, asked: Record<string, string>): z.output<typeof resource.params> {
  // A name that is misspelt would else be a filter that does nothing.
  const result = resource.params.strict().safeParse(asked);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no ${issue.keys.join(', ')} here`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new Refusal(400, 'That cannot be asked', faults.join('; '));
}
