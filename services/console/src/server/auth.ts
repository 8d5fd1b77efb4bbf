import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { ConsoleAuth } from '@lvra/config';
import type { Context, MiddlewareHandler } from 'hono';
import { auth as basicAuth } from 'hono/utils/basic-auth';
import { Refusal } from './errors.js';
import { SlowGuesses } from './slow-guesses.js';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who signed in; undefined where nobody does. */
    user: string | undefined;
  }
}

/** Lets in who may see the pages, and finds out who it is. */
export function authenticate(auth: ConsoleAuth): MiddlewareHandler {
  if (auth.kind === 'proxy') return fromProxy(auth.userHeader, networksOf(auth.trusted));
  if (auth.kind === 'password') return byPassword(auth.password);
  return (_, next) => next();
}

const SIGN_IN = { 'WWW-Authenticate': 'Basic realm="LVRA console", charset="UTF-8"' };

function byPassword(password: () => string): MiddlewareHandler {
  const guesses = new SlowGuesses();
  return async (context, next) => {
    const given = basicAuth(context.req.raw);
    if (!given) throw new Refusal(401, 'Sign in', 'Sign in with any name and the password.', SIGN_IN);
    const { address } = connectionOf(context);
    if (guesses.isFull(address)) {
      throw new Refusal(429, 'Too many guesses', 'Wrong passwords come from your address: wait some seconds.', {
        'Retry-After': '5',
      });
    }
    if (!isSame(given.password, password())) {
      await guesses.wait(address, given.password);
      throw new Refusal(401, 'Sign in', 'The password is wrong.', SIGN_IN);
    }
    context.set('user', given.username || 'somebody');
    await next();
  };
}

function fromProxy(header: string, trusted: BlockList): MiddlewareHandler {
  return async (context, next) => {
    const { address, namedBy } = connectionOf(context);
    const plain = address.replace(/^::ffff:/, '');
    if (!trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) {
      throw new Refusal(403, 'Not through the proxy', `${address} is not one of console_trusted_proxies.`);
    }
    const user = context.req.header(header)?.trim();
    if (namedBy(header) > 1) throw new Refusal(401, 'Sign in', `The proxy must set ${header}, not add to it.`);
    if (!user) throw new Refusal(401, 'Sign in', `The proxy named no user in ${header}.`);
    context.set('user', user);
    await next();
  };
}

/** Who is at the other end, and how often a header is there. */
function connectionOf({ env }: Context) {
  const { incoming } = (env ?? {}) as Partial<HttpBindings>;
  return {
    address: incoming?.socket.remoteAddress ?? '',
    namedBy: (header: string) => incoming?.headersDistinct[header.toLowerCase()]?.length ?? 0,
  };
}

function networksOf(trusted: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const each of trusted) {
    const [address = '', bits] = each.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) networks.addAddress(address, family);
    else networks.addSubnet(address, Number(bits), family);
  }
  return networks;
}

/** Takes as long for a wrong one as for the right one. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
