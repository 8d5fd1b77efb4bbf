import { randomInt } from 'node:crypto';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Below the range that the kernel takes ports from for outgoing connections (32768 and up on Linux): a server that
// is down for a moment finds its port free when it restarts.
const LOWEST = 20_000;
const HIGHEST = 32_767;

/** A file for each port that any process gave out recently. */
const GIVEN_OUT = join(tmpdir(), `lvra-test-ports-${process.getuid?.()}`);
/** Longer than a server takes to listen (Kafka: seconds), and than a test keeps one down. */
const GIVEN_OUT_MS = 600_000;

/** A free port on 127.0.0.1 that no outgoing connection will take and no other test was given. */
export async function freePort(): Promise<number> {
  mkdirSync(GIVEN_OUT, { recursive: true });
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (giveOut(join(GIVEN_OUT, String(port))) && (await isFree(port))) return port;
  }
  throw new Error(`found no free port on 127.0.0.1 between ${LOWEST} and ${HIGHEST} in 50 attempts`);
}

/** @returns false if another has the port already */
function giveOut(file: string): boolean {
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (Date.now() - statSync(file).mtimeMs < GIVEN_OUT_MS) return false;
  utimesSync(file, new Date(), new Date());
  return true;
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
