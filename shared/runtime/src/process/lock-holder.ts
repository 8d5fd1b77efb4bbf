import { readdirSync, readFileSync, statSync } from 'node:fs';
import { messageOf } from '@lvra/core';

/**
 * Who holds flock(2) locks on a file, in words.
 *
 * The kernel's list names the process that called flock, which for a shell script is the `flock` command and long
 * gone. So the open files of the processes come first, as far as this user may see them, then the list, then the note
 * that our programs write into the file, which helps if the holder is in another container.
 */
export function describeHolder(path: string): string {
  const holders = holdersByOpenFile(path);
  const [first, ...others] = holders.length > 0 ? holders : holdersByKernelList(path);
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

/** Lines such as `1: FLOCK  ADVISORY  WRITE 13000 fe:00:10059893 0 EOF`: process, then device and inode. */
const KERNEL_LOCK = /FLOCK\s+\S+\s+\S+\s+([0-9]+)\s+([0-9a-f]+):([0-9a-f]+):([0-9]+)\s/;

function holdersByKernelList(path: string): number[] {
  const { dev, ino } = statSync(path, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return (ofProcess(() => readFileSync('/proc/locks', 'utf8')) ?? '')
    .split('\n')
    .flatMap((line) => {
      const [, pid = '', inMajor = '', inMinor = '', inode = ''] = KERNEL_LOCK.exec(line) ?? [];
      const isOurs = pid !== '' && BigInt(inode) === ino;
      return isOurs && BigInt(`0x${inMajor}`) === major && BigInt(`0x${inMinor}`) === minor ? [Number(pid)] : [];
    })
    .filter((pid) => commandOf(pid) !== '');
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
