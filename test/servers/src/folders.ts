import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const left = new Set<string>();

/** A new empty folder for a server's files. Removed by `removeFolder`, or when the process exits. */
export function temporaryFolder(name: string): string {
  if (left.size === 0) process.once('exit', removeAll);
  const folder = mkdtempSync(join(tmpdir(), `lvra-${name}-`));
  left.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  left.delete(folder);
}

function removeAll(): void {
  for (const folder of left) removeFolder(folder);
}
