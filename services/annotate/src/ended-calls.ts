import type { Call, CallEnd } from '@lvra/shared/ledger/annotations-reservations';
import type { SendingOptions } from './sending.js';
import type { SendableScore } from './sift.js';

/** A call to Lasair that is over. */
export interface EndedCall {
  readonly rows: readonly SendableScore[];
  readonly call: Call;
  readonly end: CallEnd;
  /** When it ended, ms since 1970. */
  readonly at: number;
}

/**
 * Records how calls ended. Where the ledger takes no writes then, what Lasair answered is kept in memory and recorded
 * before the next call: without it a newer score of an object waits until the reservation has run out.
 */
export class EndedCalls {
  readonly #options: Pick<SendingOptions, 'ledger' | 'work' | 'metrics' | 'log'>;
  #unrecorded: EndedCall[] = [];

  constructor(options: Pick<SendingOptions, 'ledger' | 'work' | 'metrics' | 'log'>) {
    this.#options = options;
  }

  /**
   * @returns how many of its scores are accepted now that were not before
   * @throws what the ledger throws; the call is kept
   */
  record(call: EndedCall): number {
    this.#unrecorded.push(call);
    return this.recordLate();
  }

  /**
   * Records the calls that the ledger did not take before.
   *
   * @returns how many of their scores are accepted now that were not before
   * @throws what the ledger throws; the calls that are left are kept
   */
  recordLate(): number {
    let accepted = 0;
    for (let next = this.#unrecorded[0]; next; next = this.#unrecorded[0]) {
      accepted += this.#finish(next);
      this.#unrecorded.shift();
    }
    return accepted;
  }

  #finish({ rows, call, end, at }: EndedCall): number {
    const { ledger, work, metrics, log } = this.#options;
    const vra = work.vra;
    const { accepted, unsettled } = ledger.annotations.reservations.finish(work, rows, call, end, at);
    if (accepted.length > 0) metrics.annotations.inc({ vra, outcome: 'accepted' }, accepted.length);
    for (const { receivedMs, isBackfilled } of accepted) {
      if (receivedMs !== undefined && !isBackfilled)
        metrics.annotationLatency.observe({ vra }, Math.max(at - receivedMs, 0) / 1000);
    }
    if (unsettled > 0) {
      log.warn(
        { stem: rows[0]?.stem, vra, objects: unsettled },
        'a call went on for longer than its reservation; the newest scores of its objects are sent again',
      );
    }
    return accepted.length;
  }
}
