/**
 * For a process that is started with `node --expose-gc --import`: it collects in full every two seconds. Under a light
 * load V8 by itself lets garbage lie for minutes, and nobody could tell it from a leak.
 */
const EVERY_MS = 2_000;

const collect = globalThis.gc;
if (!collect) throw new Error('node must be started with --expose-gc');
setInterval(() => void collect(), EVERY_MS).unref();
