import dns from 'node:dns';
import { existsSync } from 'node:fs';

// Loaded into a service by `node --import`: while the file FAULT_NO_NAMES exists, no name can be looked up.
const { lookup } = dns;
const file = process.env.FAULT_NO_NAMES ?? '';

dns.lookup = ((name: string, ...rest: [...unknown[], (error: Error) => void]) => {
  if (!existsSync(file)) return (lookup as (...args: unknown[]) => unknown)(name, ...rest);
  const answer = rest.at(-1) as (error: Error) => void;
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN', hostname: name });
  setImmediate(answer, error);
}) as unknown as typeof dns.lookup;
