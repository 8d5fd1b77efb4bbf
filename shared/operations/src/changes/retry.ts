import { vraOf } from '@lvra/config';
import { isDone, isStem, STATUS, type Stage, UsageError } from '@lvra/core';
import type { Look, OpenLedger } from '../open-ledger.js';

/** Which stems, of which stages. */
export interface WhichStems {
  /** All that failed if undefined. */
  readonly stem: string | undefined;
  /** Of every stage if undefined. */
  readonly stage: Stage | undefined;
  /** Of every VRA if undefined. */
  readonly vra: string | undefined;
}

/** What is to be tried again. */
export interface RetryWish extends WhichStems {
  /** Also if the stem is done. */
  readonly force: boolean;
  /** Who asks for it, for the history of each stem. */
  readonly by?: string | undefined;
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
export async function retry({ settings, ledger, stages }: OpenLedger, wish: RetryWish): Promise<Retried[]> {
  const { stem, force } = wish;
  if (wish.vra !== undefined) vraOf(settings, wish.vra);
  const wanted = wantedStages(stages, wish);
  const by = wish.by === undefined ? undefined : { name: wish.by, now: Date.now() };
  const retried = await Promise.all(
    wanted.map(async ([stage, vra]): Promise<Retried> => {
      const work = ledger.work(stage, vra);
      const resend = force && stage === 'annotate';
      const stems: string[] = [];
      for (const each of stem === undefined ? await failedStems(ledger, stage, vra) : [stem]) {
        const opened = resend
          ? await ledger.annotations.reopenForResend(work, each)
          : await work.retry(each, force, by);
        if (await opened) stems.push(each);
      }
      const wasPaused = stem === undefined && (await work.paused(Date.now())) !== undefined;
      if (stems.length > 0 || wasPaused) await work.resume();
      return { stage, vra, stems, wasPaused };
    }),
  );
  const opened = retried.filter(({ stems, wasPaused }) => stems.length > 0 || wasPaused);
  if (opened.length === 0 && stem !== undefined) throw new UsageError(await whyNothing(stem, wanted, ledger));
  return opened;
}

/**
 * What `retry` would open now, without `force`; nothing is changed.
 *
 * @throws UsageError if there is no such VRA
 */
export async function retryable({ settings, ledger, stages }: Look, wish: WhichStems): Promise<Retried[]> {
  if (wish.vra !== undefined) vraOf(settings, wish.vra);
  const found = await Promise.all(
    wantedStages(stages, wish).map(async ([stage, vra]): Promise<Retried> => {
      const work = ledger.work(stage, vra);
      const isPaused = (await work.paused(Date.now())) !== undefined;
      if (wish.stem === undefined) {
        return { stage, vra, stems: await failedStems(ledger, stage, vra), wasPaused: isPaused };
      }
      const status = await work.status(wish.stem);
      const isOpen = status !== undefined && !isDone(status);
      return { stage, vra, stems: isOpen ? [wish.stem] : [], wasPaused: isOpen && isPaused };
    }),
  );
  return found.filter(({ stems, wasPaused }) => stems.length > 0 || wasPaused);
}

/** Ends the pause of a stage in every replica. @throws UsageError if there is no such VRA */
export async function resume({ settings, ledger }: OpenLedger, stage: Stage, vra: string): Promise<void> {
  vraOf(settings, vra);
  await ledger.work(stage, vra).resume();
}

function wantedStages(stages: OpenLedger['stages'], { stage: only, vra: one }: WhichStems): OpenLedger['stages'] {
  return stages.filter(([stage, vra]) => (only ?? stage) === stage && (one ?? vra) === vra);
}

async function failedStems(ledger: OpenLedger['ledger'], stage: Stage, vra: string): Promise<string[]> {
  return (await ledger.overview.unfinished(stage, vra))
    .filter(({ status, isDead, error }) => status !== STATUS.initialised || isDead || error !== undefined)
    .map(({ stem }) => stem);
}

async function whyNothing(stem: string, wanted: OpenLedger['stages'], ledger: OpenLedger['ledger']): Promise<string> {
  const statuses = await Promise.all(wanted.map(([stage, vra]) => ledger.work(stage, vra).status(stem)));
  if (statuses.some((status) => status !== undefined)) return `${stem} is done: write --force to have it done again`;
  return isStem(stem)
    ? `the ledger knows no stem ${stem}`
    : `${JSON.stringify(stem)} is not a stem: write YYYYMMDD_HHMMSS`;
}
