import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service, ServiceName } from '@lvra/test-servers/service';
import type { FaultWorld } from './fault-world.js';
import { OTHER_POINTS, SERVICE_POINTS } from './points/service-points.js';

/** Loaded into a service before its own code. */
export const HOOK = fileURLToPath(new URL('./hook.js', import.meta.url));

/** The point at which a service stops, and how. */
export interface Stop {
  readonly point: string;
  /** At which passing of the point, from 1. */
  readonly nth: number;
  readonly signal: NodeJS.Signals;
}

/** Starts a service that stops itself at a named point. */
export function startArmed(world: FaultWorld, name: ServiceName, stop: Stop, as?: string): Promise<Service> {
  const environment = {
    FAULT_AT: stop.point,
    FAULT_NTH: String(stop.nth),
    FAULT_SIGNAL: stop.signal,
    FAULT_TRACE: tracePath(world, name),
  };
  const options = { node: ['--import', HOOK], environment, ready: 'started' } as const;
  return world.start(name, as === undefined ? options : { ...options, as });
}

/** True while the process is stopped by SIGSTOP. */
export function isStopped(service: Service): boolean {
  const stat = readFileSync(`/proc/${service.pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}

/** Points that armed services of the world passed and that no list names. */
export function unknownPoints(world: FaultWorld, name: ServiceName): string[] {
  const path = tracePath(world, name);
  const passed = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const known = [...SERVICE_POINTS[name], ...OTHER_POINTS];
  return [...new Set(passed)].filter((point) => !known.includes(point));
}

function tracePath(world: FaultWorld, name: ServiceName): string {
  return join(world.root, `${name}.points`);
}
