import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readSecret, type Secret } from '../secrets.js';

/** A secret in a file, as Docker mounts one, and what puts another one there. */
export function secretFile(t: TestContext, content: string): { secret: Secret; path: string; put(next: string): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-secret-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'secret');
  const put = (next: string) => writeFileSync(path, `${next}\n`);
  put(content);
  const issues: string[] = [];
  const secret = readSecret(['SECRET'], { SECRET_FILE: path }, issues);
  if (secret === undefined) throw new Error(issues.join());
  return { secret, path, put };
}
