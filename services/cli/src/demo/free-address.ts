import { createServer } from 'node:net';

/** @returns host:port, with the port that is wanted if nobody has it, else 0, which takes any free one */
export async function freeAddress(host: string, port: number): Promise<string> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => resolve(true));
  });
  if (isFree) await new Promise((resolve) => server.close(resolve));
  return `${host}:${isFree ? port : 0}`;
}
