import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second for every program, even if the kernel's own clock is finer. */
const TICK_MS = 10;

/** What a process and its children, ended and living, have used since they began. */
export interface Usage {
  readonly userMs: number;
  readonly systemMs: number;
  /** Both, to the nanosecond if the kernel counts so; the two above are whole hundredths of a second. */
  readonly cpuMs: number;
  /**
   * Bytes that they caused to be sent to the disk (`write_bytes`). Not `wchar`, which counts sockets too and misses the
   * index of SQLite's write-ahead log, which is written through memory.
   */
  readonly writtenBytes: number;
  /** The most memory that the process held at once, MB; of its children, the largest counts by itself. */
  readonly peakMb: number;
}

/** Reads the usage of a living process from /proc. */
export function usageOf(pid: number): Usage {
  return childrenOf(pid)
    .map(usageOf)
    .reduce((all, child) => ({ ...added(all, child, 1), peakMb: Math.max(all.peakMb, child.peakMb) }), ownUsage(pid));
}

/** What was used from one reading to a later one; the peak is that of the whole life. */
export const usedBetween = (before: Usage, after: Usage): Usage => added(after, before, -1);

function added(a: Usage, b: Usage, sign: 1 | -1): Usage {
  return {
    userMs: a.userMs + sign * b.userMs,
    systemMs: a.systemMs + sign * b.systemMs,
    cpuMs: a.cpuMs + sign * b.cpuMs,
    writtenBytes: a.writtenBytes + sign * b.writtenBytes,
    peakMb: a.peakMb,
  };
}

function ownUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; the fields after it are numbered from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = (...numbers: number[]) => numbers.reduce((total, field) => total + Number(fields[field - 3]), 0) * TICK_MS;
  const written = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'));
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  // Fields 16 and 17 are those of ended children.
  const userMs = ms(14, 16);
  const systemMs = ms(15, 17);
  return {
    userMs,
    systemMs,
    // The threads' own clocks know nothing of threads and children that have ended, the process's does.
    cpuMs: Math.max(userMs + systemMs, threadsMs(pid)),
    writtenBytes: Number(written?.[1] ?? 0),
    peakMb: Number(peak?.[1] ?? 0) / 1024,
  };
}

/** How long the living threads were on a CPU; 0 if the kernel does not say (/proc/…/schedstat). */
function threadsMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
  return threads.reduce((total, path) => total + Number(readIfThere(path).split(' ')[0]) / 1e6, 0);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '0';
    throw error;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
