import { readdirSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '@lvra/core';

/**
 * Who holds flock(2) locks on a file, in words: the processes that have it open, as far as this user may see them, or else
 * the note that our programs write into it, which helps if the holder is of another user or container.
 */
export function describeHolder(path: string): string {
  const [first, ...others] = holdersByOpenFile(path);
  if (first !== undefined) {
    return `process ${first} (${commandOf(first)})${others.length > 0 ? ` and ${others.length} more` : ''}`;
  }
  const note = readFileSync(path, 'utf8').trim();
  return note === '' ? 'a process of another user or container, which left no name in the file' : note;
}

/** Processes with the file open and locked, lowest number first: a script comes before what it started. */
function holdersByOpenFile(path: string): number[] {
  const { dev, ino } = statSync(path);
  return (ofProcess(() => readdirSync('/proc')) ?? [])
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .filter((pid) =>
      descriptorsOf(pid).some((descriptor) => {
        const file = ofProcess(() => statSync(`/proc/${pid}/fd/${descriptor}`));
        return file?.ino === ino && file.dev === dev && isLocked(pid, descriptor);
      }),
    );
}

function descriptorsOf(pid: number): string[] {
  return ofProcess(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
}

function isLocked(pid: number, descriptor: string): boolean {
  return /^lock:.*\bFLOCK\b/m.test(ofProcess(() => readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')) ?? '');
}

function commandOf(pid: number): string {
  const line = ofProcess(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  return line.replaceAll('\0', ' ').trim();
}

/** What /proc says; undefined if the process has ended or belongs to another user, or there is no /proc. */
function ofProcess<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return undefined;
    throw new Error(`cannot ask who holds a lock: ${messageOf(error)}`, { cause: error });
  }
}
