/** A clock that is kept by NTP is slewed by less than this between two looks. */
const STEP_MS = 2_000;

/** Notices that somebody has set the clock. kafkajs counts its heartbeats by it, and put back it sends none. */
export class ClockJumpDetector {
  #ahead = ahead();

  /** How far the clock was set since the last call, ms; undefined where it was not. */
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
