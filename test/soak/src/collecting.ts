/**
 * For a process that is started with `node --expose-gc --import`: it runs a full collection every two seconds. Under
 * a light load V8 keeps garbage for minutes, which would look like a leak.
 */
const EVERY_MS = 2_000;

const collect = globalThis.gc;
if (!collect) throw new Error('node must be started with --expose-gc');
setInterval(() => void collect(), EVERY_MS).unref();
