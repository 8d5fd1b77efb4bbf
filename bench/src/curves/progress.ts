import type { Ledger } from '@lvra/shared/ledger/ledger';
import type { ServiceName } from '@lvra/test-servers/service';

const VRA = 'r0b';
const LAST_STEM = '99999999_999999';

/** How far the stages have come since this was made, by the ledger. */
export class Progress {
  readonly #ledger: Ledger;
  readonly #before: Readonly<Record<ServiceName, number>>;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    const now = (name: ServiceName) => this.#done(name);
    this.#before = {
      ...{ consumer: now('consumer'), feature: now('feature') },
      ...{ predict: now('predict'), annotate: now('annotate') },
    };
  }

  /** Stems that a stage has done. */
  of(name: ServiceName): number {
    return this.#done(name) - this.#before[name];
  }

  /** Whether every stage is done with all that the consumer registered. */
  isIdle(): boolean {
    return this.#ledger.overview.of('annotate', VRA).pending === 0;
  }

  /** When a stage did its last stem, ms since 1970. */
  lastDoneMs(name: ServiceName): number {
    const { stems } = this.#ledger.verification;
    let last = Number.NEGATIVE_INFINITY;
    for (let page = stems.page('', LAST_STEM); page.length > 0; page = stems.page(page.at(-1) as string, LAST_STEM)) {
      for (const stem of page) {
        for (const { stage, at } of this.#ledger.events.ofStem(stem)) if (stage === name) last = Math.max(last, at);
      }
    }
    return last;
  }

  #done(name: ServiceName): number {
    const { done, partial, pending, failed } = this.#ledger.overview.of(name === 'consumer' ? 'feature' : name, VRA);
    // What the consumer has done is there for the feature stage, whatever that made of it.
    const notYet = name === 'consumer' ? pending + Object.values(failed).reduce((sum, stems) => sum + stems, 0) : 0;
    return done + partial + notYet;
  }
}
