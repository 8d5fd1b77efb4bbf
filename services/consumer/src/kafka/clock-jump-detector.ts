/** NTP slews a clock by less than this between two checks. */
const STEP_MS = 2_000;

/** Notices that the clock was set. kafkajs times its heartbeats by it and sends none after it was set back. */
export class ClockJumpDetector {
  #ahead = ahead();

  /** How far the clock was set since the last call, in ms; undefined if it was not. */
  take(): number | undefined {
    const now = ahead();
    const step = Math.round(now - this.#ahead);
    this.#ahead = now;
    return Math.abs(step) > STEP_MS ? step : undefined;
  }
}

function ahead(): number {
  return Date.now() - performance.now();
}
