import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The passwords between containers: created once, kept in volumes that only the two ends mount. An existing file is not
 * changed.
 */
export function makePasswords(folders: Readonly<Record<'nats' | 'grafana' | 'console', string>>): void {
  const password = keep(join(folders.nats, 'password'), () => randomBytes(24).toString('base64url'));
  // NATS includes this in its configuration; it has no other way to take a password from a file.
  keep(join(folders.nats, 'auth.conf'), () => `authorization { user: lvra, password: "${password}" }\n`);
  keep(join(folders.grafana, 'admin-password'), () => randomBytes(12).toString('base64url'));
  keep(join(folders.console, 'password'), () => randomBytes(12).toString('base64url'));
}

/** Readable for all: each volume is mounted only where its content may be known. */
function keep(path: string, make: () => string): string {
  if (!existsSync(path)) writeFileSync(path, make(), { flag: 'wx' });
  chmodSync(path, 0o444);
  return readFileSync(path, 'utf8');
}
