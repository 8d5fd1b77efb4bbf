import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second for every program, whatever the kernel's own clock. */
const TICK_MS = 10;

/** What a process has used since it began. */
export interface Usage {
  /** User and system time, ended children included, ms. */
  readonly cpuMs: number;
  /** The most memory that it held at once, MB. */
  readonly peakMb: number;
}

/** Reads the usage of a living process from /proc. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; the fields after it are numbered from 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpuMs: ticks * TICK_MS, peakMb: Number(peak?.[1] ?? 0) / 1024 };
}

/** The memory that a living process holds now, MB. */
export function residentMbOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
