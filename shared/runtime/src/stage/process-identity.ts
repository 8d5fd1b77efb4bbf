import { hostname } from 'node:os';

/** This process's name in the ledger. The start time tells processes with a reused number apart. */
export function processName(): string {
  return `${hostname()}/${process.pid}/${Math.round(performance.timeOrigin)}`;
}

/**
 * Whether the process of this name has surely ended: it ran on this host, and its number is unused now, or is this
 * process's own. False if that cannot be told.
 *
 * Two containers that share a host name do not see each other's processes and may take each other for dead. That costs
 * only double work, as no claim is trusted.
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
    // EPERM: it runs as another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
