import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultWorld } from './fault-world.js';

const MEBIBYTE = 1 << 20;

/** A separate file system for a folder of the data root, to be filled, made read-only or unmounted. */
export interface Volume {
  readonly path: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Frees the space that `fill` took. */
  empty(): void;
  readOnly(): void;
  writable(): void;
  /** Unmounts the volume while it is in use; its content stays. */
  detach(): void;
  attach(): void;
}

/**
 * Mounts a small volume, for as long as the case lasts.
 *
 * @param folder below the data root; '' is the data root itself
 * @throws Error if this user may not mount: a case about disks must not pass then
 */
export function mountVolume(world: FaultWorld, folder: string, megabytes: number): Volume {
  const path = join(world.root, folder);
  const store = mkdtempSync(join(tmpdir(), 'lvra-volume-'));
  const filler = join(store, 'filler');
  mkdirSync(path, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lvra-faults', store);
  world.atEnd(async () => {
    await world.forgetLedger();
    spawnSync('umount', ['-l', path]);
    run('umount', '-l', store);
    rmSync(store, { recursive: true });
  });
  run('mount', '--bind', store, path);
  return {
    path,
    fill: () => fill(filler),
    empty: () => rmSync(filler),
    readOnly: () => run('mount', '-o', 'remount,bind,ro', path),
    writable: () => run('mount', '-o', 'remount,bind,rw', path),
    detach: () => run('umount', '-l', path),
    attach: () => run('mount', '--bind', store, path),
  };
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = MEBIBYTE; size >= 1; size = Math.floor(size / 16)) writeUntilFull(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
}

function writeUntilFull(file: number, chunk: Buffer): void {
  for (;;) {
    try {
      writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(
    `${command} ${args.join(' ')} was refused (${error?.message ?? stderr.trim()}): the cases about disks need root ` +
      'with CAP_SYS_ADMIN; in a container, run it with --privileged',
  );
}
