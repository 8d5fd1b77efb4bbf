import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { Gauge, type Registry } from 'prom-client';

/** Where a container finds its own limits. */
const CONTROL_GROUP = '/sys/fs/cgroup';

/** What this process may use at most, for the dashboards to draw; a gauge is missing if there is no limit. */
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

/** @returns undefined if there is no limit */
export function cpuLimit(folder = CONTROL_GROUP): number | undefined {
  // Version 2 has both numbers in one file, version 1 one in each; without a limit the first is `max` or -1.
  const text =
    read(`${folder}/cpu.max`) ?? `${read(`${folder}/cpu/cpu.cfs_quota_us`)} ${read(`${folder}/cpu/cpu.cfs_period_us`)}`;
  const [, quota, period] = /^(\d+)\s+(\d+)/.exec(text) ?? [];
  return quota === undefined ? undefined : Number(quota) / Number(period);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
