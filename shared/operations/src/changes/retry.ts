import { vraOf } from '@lvra/config';
import { isStem, STATUS, type Stage, UsageError } from '@lvra/core';
import type { OpenLedger } from '../open-ledger.js';

/** What is to be tried again. */
export interface RetryWish {
  /** All that failed if undefined. */
  readonly stem: string | undefined;
  /** Of every stage if undefined. */
  readonly stage: Stage | undefined;
  /** Of every VRA if undefined. */
  readonly vra: string | undefined;
  /** Also if the stem is done. */
  readonly force: boolean;
}

/** What one stage of a VRA tries again. */
export interface Retried {
  readonly stage: Stage;
  readonly vra: string;
  readonly stems: readonly string[];
  /** Whether it was paused and continues now; set only if all that failed were asked for. */
  readonly wasPaused: boolean;
}

/**
 * Opens stems for a new round of attempts, and ends the pause of the stages that have them.
 *
 * @returns the stages with something to do, in the order of the flow; empty if nothing has failed
 * @throws UsageError if there is no such VRA, or if the one stem asked for cannot be opened
 */
export function retry({ settings, ledger, stages }: OpenLedger, wish: RetryWish): Retried[] {
  const { stem, force } = wish;
  if (wish.vra !== undefined) vraOf(settings, wish.vra);
  const wanted = stages.filter(([stage, vra]) => (wish.stage ?? stage) === stage && (wish.vra ?? vra) === vra);
  const retried = wanted.map(([stage, vra]): Retried => {
    const work = ledger.work(stage, vra);
    const stems = (stem === undefined ? failedStems(ledger, stage, vra) : [stem]).filter((each) =>
      force && stage === 'annotate' ? ledger.annotations.reopenForResend(work, each) : work.retry(each, force),
    );
    const wasPaused = stem === undefined && work.paused(Date.now()) !== undefined;
    if (stems.length > 0 || wasPaused) work.resume();
    return { stage, vra, stems, wasPaused };
  });
  const opened = retried.filter(({ stems, wasPaused }) => stems.length > 0 || wasPaused);
  if (opened.length === 0 && stem !== undefined) throw new UsageError(whyNothing(stem, wanted, ledger));
  return opened;
}

function failedStems(ledger: OpenLedger['ledger'], stage: Stage, vra: string): string[] {
  return ledger.overview
    .unfinished(stage, vra)
    .filter(({ status, isDead, error }) => status !== STATUS.initialised || isDead || error !== undefined)
    .map(({ stem }) => stem);
}

function whyNothing(stem: string, wanted: OpenLedger['stages'], ledger: OpenLedger['ledger']): string {
  const isKnown = wanted.some(([stage, vra]) => ledger.work(stage, vra).status(stem) !== undefined);
  if (isKnown) return `${stem} is done: write --force to have it done again`;
  return isStem(stem)
    ? `the ledger knows no stem ${stem}`
    : `${JSON.stringify(stem)} is not a stem: write YYYYMMDD_HHMMSS`;
}
