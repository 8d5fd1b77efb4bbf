import type { Call, CallEnd, Ledger, WorkQueue } from '@lvra/ledger';
import type { Logger, Metrics } from '@lvra/telemetry';
import type { SendableScore } from '../triage.js';

export interface CallRecorderOptions {
  readonly ledger: Ledger;
  readonly work: WorkQueue;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A call to Lasair that has ended. */
export interface EndedCall {
  readonly rows: readonly SendableScore[];
  readonly call: Call;
  readonly end: CallEnd;
  /** When it ended, ms since 1970. */
  readonly at: number;
}

/**
 * Records how calls ended. While the ledger takes no writes, Lasair's response is kept in memory and recorded before the
 * next call: otherwise a newer score of the object would wait until the reservation expires.
 */
export class CallRecorder {
  readonly #options: CallRecorderOptions;
  #unrecorded: EndedCall[] = [];

  constructor(options: CallRecorderOptions) {
    this.#options = options;
  }

  /**
   * @returns how many of its scores are accepted now that were not before
   * @throws what the ledger throws; the call is kept
   */
  async record(call: EndedCall): Promise<number> {
    this.#unrecorded.push(call);
    return this.recordLate();
  }

  /**
   * Records the calls that could not be recorded when they ended.
   *
   * @returns how many of their scores are accepted now that were not before
   * @throws what the ledger throws; the calls that are left are kept
   */
  async recordLate(): Promise<number> {
    let accepted = 0;
    for (let next = this.#unrecorded[0]; next; next = this.#unrecorded[0]) {
      accepted += await this.#finish(next);
      this.#unrecorded.shift();
    }
    return accepted;
  }

  async #finish({ rows, call, end, at }: EndedCall): Promise<number> {
    const { ledger, work, metrics, log } = this.#options;
    const vra = work.vra;
    const { accepted, unsettled } = await ledger.annotations.reservations.finish(work, rows, call, end, at);
    if (accepted.length > 0) metrics.annotations.inc({ vra, outcome: 'accepted' }, accepted.length);
    for (const { receivedMs, isBackfilled } of accepted) {
      if (receivedMs !== undefined && !isBackfilled)
        metrics.annotationLatency.observe({ vra }, Math.max(at - receivedMs, 0) / 1000);
    }
    if (unsettled > 0) {
      log.warn(
        { stem: rows[0]?.stem, vra, objects: unsettled },
        'a call took longer than its reservation; the newest scores of its objects are sent again',
      );
    }
    return accepted.length;
  }
}
