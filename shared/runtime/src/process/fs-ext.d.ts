declare module 'fs-ext' {
  /** flock(2) without waiting; throws with code EAGAIN or EWOULDBLOCK if another process holds the lock. */
  export function flockSync(descriptor: number, operation: 'exnb' | 'shnb' | 'un'): void;
}
