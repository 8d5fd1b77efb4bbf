import { FORMATS, type FormatName } from '@lvra/export';
import type { Look } from '@lvra/operations';
import { hideSecrets } from '@lvra/telemetry';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { Refusal } from '../server/errors.js';
import { csvOf } from './csv.js';
import { type CsvAnswer, formatsOf, type Params, type Resource, type TableAnswer } from './resource.js';

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
      const { format = 'json', ...asked } = askedOf(context);
      const params = checked(resource.params, asked);
      if (format === 'json') {
        const data = await look((open) => resource.read(open, params));
        return context.body(hideSecrets(JSON.stringify(data)), 200, { 'content-type': 'application/json' });
      }
      const formats = formatsOf(resource);
      const known = formats.find((each) => each === format);
      if (known === undefined) throw new Refusal(400, 'No such format', `There is ${['json', ...formats].join(', ')}.`);
      return resource.table
        ? tableIn(context, known, await look((open) => resource.table!(open, params)))
        : csvIn(context, await look((open) => resource.csv!(open, params)));
    });
    app.get(resource.path, async (context) => {
      const params = checked(resource.params, askedOf(context));
      const data = await look((open) => resource.read(open, params));
      const elsewhere = resource.elsewhere?.(data);
      return elsewhere === undefined ? page(context, resource, data, params) : context.redirect(elsewhere, 303);
    });
  }
}

function csvIn(context: Context, { rows, missing }: CsvAnswer): Response {
  sayMissing(context, missing);
  return context.body(csvOf(rows), 200, { 'content-type': 'text/csv; charset=utf-8' });
}

async function tableIn(context: Context, format: FormatName, answer: TableAnswer): Promise<Response> {
  const { bytesOf, mediaType, extension } = FORMATS[format];
  sayMissing(context, answer.missing);
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(answer.table)) chunks.push(chunk);
  return context.body(Buffer.concat(chunks), 200, {
    'content-type': mediaType,
    'content-disposition': `attachment; filename="${answer.fileName}.${extension}"`,
  });
}

/** Tells a program what a file lacks. */
export function sayMissing(context: Context, missing: string | null): void {
  if (missing !== null) context.header('x-missing', inHeader(hideSecrets(missing)));
}

/** A header has nothing but ASCII. */
function inHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** Where a resource's data is: `/` is called after what it shows. */
export function apiPathOf({ path }: Pick<Resource, 'path'>): string {
  return `${API}${path === '/' ? '/tonight' : path}`;
}

/** The parts of the path and the query. @throws Refusal if something is asked for twice */
export function askedOf(context: Context): Record<string, string> {
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
export function checked<P extends Params>(params: P, asked: Record<string, string>): z.output<P> {
  // A name that is misspelt would else be a filter that does nothing.
  const result = params.strict().safeParse(asked);
  if (result.success) return result.data as z.output<P>;
  const faults = result.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no ${issue.keys.join(', ')} here`
      : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new Refusal(400, 'That cannot be asked', faults.join('; '));
}
