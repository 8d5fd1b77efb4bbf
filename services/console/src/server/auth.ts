import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { ConsoleAuth } from '@lvra/config';
import type { MiddlewareHandler } from 'hono';
import { auth as basicAuth } from 'hono/utils/basic-auth';
import { Refusal } from './errors.js';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who signed in; undefined where nobody does. */
    user: string | undefined;
  }
}

/** Whoever guesses waits so long for each answer. */
const WRONG_PASSWORD_MS = 500;

/** Lets in who may see the pages, and finds out who it is. */
export function authenticate(auth: ConsoleAuth): MiddlewareHandler {
  if (auth.kind === 'proxy') return fromProxy(auth.userHeader, networksOf(auth.trusted));
  return async (context, next) => {
    if (auth.kind === 'password') {
      const given = basicAuth(context.req.raw);
      if (!given || !isSame(given.password, auth.password())) {
        if (given) await new Promise((resolve) => setTimeout(resolve, WRONG_PASSWORD_MS));
        throw new Refusal(
          401,
          'Sign in',
          given ? 'The password is wrong.' : 'Sign in with any name and the password.',
          {
            'WWW-Authenticate': 'Basic realm="LVRA console", charset="UTF-8"',
          },
        );
      }
      context.set('user', given.username || 'somebody');
    }
    await next();
  };
}

function fromProxy(header: string, trusted: BlockList): MiddlewareHandler {
  return async (context, next) => {
    const { address = '' } = getConnInfo(context).remote;
    const plain = address.replace(/^::ffff:/, '');
    if (!trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')) {
      throw new Refusal(403, 'Not through the proxy', `${address} is not one of console_trusted_proxies.`);
    }
    const user = context.req.header(header)?.trim();
    if (!user) throw new Refusal(401, 'Sign in', `The proxy named no user in ${header}.`);
    context.set('user', user);
    await next();
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
