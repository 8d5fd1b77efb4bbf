import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { Gauge, type Registry } from 'prom-client';

/** Where a container, or a unit of systemd, finds its own limits. */
const CPU_LIMIT = '/sys/fs/cgroup/cpu.max';

/** What this process may use at most, for the dashboards to draw; a gauge is missing where there is no limit. */
export function addProcessLimits(registry: Registry): void {
  const memory = process.constrainedMemory();
  // Without a limit it is unknown, or more than there is.
  if (memory !== undefined && memory > 0 && memory < totalmem()) {
    new Gauge({
      name: 'lvra_memory_limit_bytes',
      help: 'Memory that this process may use. One that comes near it is ended.',
      registers: [registry],
    }).set(memory);
  }
  const cores = cpuLimit();
  if (cores !== undefined) {
    new Gauge({
      name: 'lvra_cpu_limit_cores',
      help: 'Cores that this process may use. One that comes near it is slowed down.',
      registers: [registry],
    }).set(cores);
  }
}

/** @returns undefined where there is no limit, or no file that says so (only control groups of version 2 have it) */
export function cpuLimit(file = CPU_LIMIT): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [, quota, period] = /^(\d+) (\d+)/.exec(text) ?? [];
  return quota === undefined ? undefined : Number(quota) / Number(period);
}
