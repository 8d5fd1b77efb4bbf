import { residentMbOf, usageOf } from '../process-usage.js';

export interface Watched {
  readonly name: string;
  readonly pid: number;
}

/** What a process took while it was watched. */
export interface Watch {
  readonly name: string;
  readonly cpuMs: number;
  /** Its memory, second by second, MB. */
  readonly residentMb: readonly number[];
}

/** Watches processes, second by second. */
export class Sampler {
  readonly #watched: readonly (Watched & { readonly before: number; readonly residentMb: number[] })[];
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(processes: readonly Watched[]) {
    this.#watched = processes.map((watched) => ({ ...watched, before: cpuMsOf(watched.pid), residentMb: [] }));
    this.#timer = setInterval(() => this.#look(), 1_000);
  }

  /** Ends the watching; the processes must still be there. */
  end(): { readonly seconds: number; readonly watches: readonly Watch[] } {
    clearInterval(this.#timer);
    this.#look();
    const watches = this.#watched.map(({ name, pid, before, residentMb }) => ({
      name,
      cpuMs: cpuMsOf(pid) - before,
      residentMb,
    }));
    return { seconds: (performance.now() - this.#begun) / 1_000, watches };
  }

  #look(): void {
    for (const { pid, residentMb } of this.#watched) residentMb.push(residentMbOf(pid));
  }
}

/** Of this process without the others, which are its children. */
function cpuMsOf(pid: number): number {
  if (pid !== process.pid) return usageOf(pid).cpuMs;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU ms of all processes of a name together. */
export function usedByName(watches: readonly Watch[]): Readonly<Record<string, number>> {
  const used: Record<string, number> = {};
  for (const { name, cpuMs } of watches) used[name] = (used[name] ?? 0) + cpuMs;
  return used;
}
