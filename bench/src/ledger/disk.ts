import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Spread, spreadOf } from './times.js';

/** What a transaction of some 30 pages appends to the write-ahead log. */
const BYTES = 128 * 1024;
const EVERY_MS = 100;

export interface DiskWatch {
  /** Of the times so far. */
  spread(): Spread;
  end(): Promise<void>;
}

/** Watches how long a bare write and fsync takes beside the ledger: what no commit can be quicker than. */
export async function watchDisk(path: string): Promise<DiskWatch> {
  const file = await open(path, 'w');
  const bytes = Buffer.alloc(BYTES);
  const times: number[] = [];
  let isOver = false;
  const watching = (async () => {
    do {
      const begun = performance.now();
      await file.write(bytes, 0, BYTES, 0);
      await file.datasync();
      times.push(performance.now() - begun);
      await sleep(EVERY_MS);
    } while (!isOver);
  })();
  return {
    spread: () => spreadOf(times),
    async end() {
      isOver = true;
      await watching;
      await file.close();
      await rm(path);
    },
  };
}
