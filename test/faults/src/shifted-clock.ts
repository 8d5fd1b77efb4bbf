import { readFileSync } from 'node:fs';

/**
 * A clock that can be changed, for a process that is started with `node --import`: the wall clock is off by as many
 * milliseconds as the file of LVRA_TEST_CLOCK says, which is read every 50 ms. `performance.now()` and timers are not
 * affected, as on a machine whose clock is set.
 */
const file = process.env.LVRA_TEST_CLOCK;
if (file === undefined) throw new Error('LVRA_TEST_CLOCK must name the file with the offset');

const RealDate = Date;
let offset = 0;
const read = () => {
  offset = Number(readFileSync(file, 'utf8'));
};
read();
setInterval(read, 50).unref();

globalThis.Date = class extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...(given as [number]));
  }
  static override now(): number {
    return RealDate.now() + offset;
  }
} as DateConstructor;
