import type { ConsoleSettings } from '@lvra/config';
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from './errors.js';

/** Nothing that we are asked with is longer. */
const LONGEST_ADDRESS = 4_096;

/**
 * Which requests reach a page at all. A page elsewhere on the web can have a browser ask us in its name; what a browser says of
 * where a request comes from is true, and none of our pages is meant to be a part of another one.
 */
export function guards({ names, hasActions }: ConsoleSettings, ownNames: readonly string[]): MiddlewareHandler {
  const known = new Set([...ownNames, ...names].map((name) => name.toLowerCase()));
  return async (context, next) => {
    const { req } = context;
    if (req.url.length > LONGEST_ADDRESS) throw new Refusal(414, 'Address too long', 'Ask for less at once.');
    assertOurName(req.header('host'), known);
    assertMethod(context, hasActions);
    assertFromOurPages(context, known);
    await next();
  };
}

/** Else a page on the web could give its own name our address, and read the answers. */
function assertOurName(host: string | undefined, known: ReadonlySet<string>): void {
  if (isKnown(host ?? '', known)) return;
  throw new Refusal(
    421,
    'Unknown name',
    `This console is not called ${JSON.stringify(host ?? '')}: add the name to console_names.`,
  );
}

/** With its port where it is given with one, else with any. */
function isKnown(host: string, known: ReadonlySet<string>): boolean {
  const name = host.toLowerCase();
  return known.has(name) || known.has(name.replace(/:[0-9]+$/, ''));
}

/** The one place that keeps the console from being asked to change anything. */
function assertMethod({ req }: Context, hasActions: boolean): void {
  if (req.method === 'GET' || req.method === 'HEAD') return;
  if (req.method === 'POST' && hasActions && req.path.startsWith('/actions/')) return;
  throw new Refusal(
    405,
    'Only for looking',
    'Pages are read with GET; actions are off unless console_actions is yes.',
    {
      Allow: 'GET, HEAD',
    },
  );
}

function assertFromOurPages({ req }: Context, known: ReadonlySet<string>): void {
  const origin = req.header('origin');
  if (origin !== undefined && !isOurs(origin, req.header('host') ?? '', known)) {
    throw new Refusal(403, 'From another page', `A page of ${JSON.stringify(origin)} may not read this console.`);
  }
  const site = req.header('sec-fetch-site') ?? 'none';
  if (site === 'same-origin' || site === 'none') return;
  // A link from elsewhere to one of our pages is what links are for.
  const isLink = req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document';
  if (isLink && req.method === 'GET') return;
  throw new Refusal(403, 'From another page', 'Another page may link to this console, and not include or read it.');
}

/** Under the name that it asks for, or, where a proxy asks by another name than users do, under one of ours. */
function isOurs(origin: string, host: string, known: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host.toLowerCase() || known.has(from);
}
