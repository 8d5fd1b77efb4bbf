import { closeSync, constants, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { blockingSleep, LockHeld, messageOf, type Stage, UsageError } from '@lvra/core';
import type { Lockable } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';
import { flockSync } from 'fs-ext';
import { describeHolder } from './lock-holder.js';

/** The spec's lock files, on which the Python pipeline's cron job runs `flock -n` before each of its steps. */
export const LOCK_FILES: Readonly<Record<Stage | 'consumer', string>> = {
  consumer: 'consumer.lock',
  feature: 'r0bfeatures.lock',
  predict: 'predict.lock',
  annotate: 'annotate.lock',
};

const FILES: Readonly<Record<Lockable, string>> = {
  ...LOCK_FILES,
  tns: 'tns.lock',
};

/** Locks of this host that are held; they are also released when the process ends. */
export interface HeldLocks {
  release(): void;
}

/**
 * Locks the data folder. `exclusive` is for a program that does all the work itself: one at a time, and no cron job
 * beside it. `shared` is for services: any number of them, but no exclusive one. Waits only as long as the kernel takes
 * to release the lock of a process that has just ended.
 *
 * @throws LockHeld, which says who holds it
 */
export function takeLocks(
  paths: DataPaths,
  stages: readonly Lockable[],
  mode: 'exclusive' | 'shared',
  command: string,
): HeldLocks {
  const descriptors: number[] = [];
  const release = () => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  const note = `process ${process.pid} on ${hostname()} (${command}), since ${new Date().toISOString()}\n`;
  try {
    for (const stage of stages) {
      const path = join(paths.locks, FILES[stage]);
      const descriptor = open(path);
      descriptors.push(descriptor);
      lock(descriptor, mode, path);
      writeHolderNote(descriptor, note, path);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

function open(path: string): number {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o664);
  } catch (error) {
    throw new UsageError(`the lock file cannot be opened: ${messageOf(error)}; may this user write there?`);
  }
}

function writeHolderNote(descriptor: number, note: string, path: string): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, note, 0);
  } catch (error) {
    throw new UsageError(`the lock file ${path} cannot be written: ${messageOf(error)}; make room on its volume`);
  }
}

/** On a busy machine the lock of a process that has ended can still be held for a moment. */
const RELEASE_TIMEOUT_MS = 1_000;

function lock(descriptor: number, mode: 'exclusive' | 'shared', path: string): void {
  const deadline = performance.now() + RELEASE_TIMEOUT_MS;
  for (;;) {
    try {
      flockSync(descriptor, mode === 'exclusive' ? 'exnb' : 'shnb');
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!['EAGAIN', 'EWOULDBLOCK'].includes(code)) {
        const advice = 'put the data folder on a local disk, or on a network file system that has flock';
        throw new UsageError(`${path} cannot be locked: ${messageOf(error)}; ${advice}`, { cause: error });
      }
      if (performance.now() > deadline) {
        throw new LockHeld(`${path} is held by ${describeHolder(path)}: wait until it has ended, or stop it`);
      }
      blockingSleep(50);
    }
  }
}
