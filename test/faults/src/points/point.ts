import { appendFileSync } from 'node:fs';

/**
 * Named points of a service, at which it can be made to stop: before and after each write, rename, transaction, publish,
 * acknowledgement and HTTP call. `hook.ts` puts them at the boundaries of the libraries, so no line of the services
 * knows of them.
 *
 * FAULT_AT names the point ("before commit ResultLedger.recordScores"), FAULT_NTH which time it is passed, FAULT_SIGNAL
 * what happens there. FAULT_TRACE is a file that gets the name of each point once.
 */
const { FAULT_AT: armed, FAULT_NTH: nth = '1', FAULT_SIGNAL: signal = 'SIGKILL', FAULT_TRACE: trace } = process.env;

const passed = new Set<string>();
let left = Number(nth);

/** The process passes a point. */
export function pass(when: 'before' | 'after', what: string): void {
  const point = `${when} ${what}`;
  if (trace !== undefined && !passed.has(point)) {
    passed.add(point);
    appendFileSync(trace, `${point}\n`);
  }
  if (point === armed && --left === 0) process.kill(process.pid, signal);
}

/** Passes the points around a call. */
export function around<Result>(what: string, call: () => Result): Result {
  pass('before', what);
  const result = call();
  if (result instanceof Promise) {
    return result.then((value) => {
      pass('after', what);
      return value;
    }) as Result;
  }
  pass('after', what);
  return result;
}
