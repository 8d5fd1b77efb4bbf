import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** Nothing of a page comes from elsewhere, is written into it, or leaves it, its address included. */
export function headers(isSigned: boolean): MiddlewareHandler[] {
  const secure = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ['lvra'],
    },
    // Nothing to other hosts; and with no-referrer a browser would not say that a form is from one of our pages.
    referrerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // Whether it is reached by https is the proxy's to know.
    strictTransportSecurity: false,
    xXssProtection: false,
  });
  const cache: MiddlewareHandler = async (context, next) => {
    await next();
    if (!context.res.headers.has('cache-control')) {
      context.res.headers.set('cache-control', isSigned ? 'no-store' : 'no-cache');
    }
  };
  return [secure, cache];
}
