import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range that the kernel takes ports from for outgoing connections (32768 and up on Linux): a server that
// is down for a moment finds its port free when it comes back.
const LOWEST = 20_000;
const HIGHEST = 32_767;

/** A port on 127.0.0.1 that nobody listens on and that no outgoing connection will take. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port on 127.0.0.1 between ${LOWEST} and ${HIGHEST} in 50 attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
}
