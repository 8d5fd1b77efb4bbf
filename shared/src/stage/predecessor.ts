import { hostname } from 'node:os';

/** What a process of ours is called in the ledger. Of two with the same number the start tells them apart. */
export function processName(): string {
  return `${hostname()}/${process.pid}/${Math.round(performance.timeOrigin)}`;
}

/**
 * Whether the process of this name is surely gone: it was one of this host, and no process has its number any more, or
 * this one has. False where nobody can tell.
 *
 * Two containers that share a host name do not see each other's processes and may take each other for gone. That costs
 * double work and nothing else, as no claim is trusted.
 */
export function isDeadProcess(owner: string, self = processName()): boolean {
  const [host, number, start] = owner.split('/');
  if (start === undefined || host !== hostname() || owner === self) return false;
  const pid = Number(number);
  return pid === process.pid || !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
