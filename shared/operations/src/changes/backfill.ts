import { existsSync } from 'node:fs';
import { type VraSettings, vraOf } from '@lvra/config';
import { isDone, isStem, type Stage, UsageError } from '@lvra/core';
import type { Asked, PastStem } from '@lvra/ledger';
import { stemRange } from '../night-range.js';
import type { OpenLedger } from '../open-ledger.js';

/** What a VRA is to do. */
export interface BackfillWish {
  readonly vra: string;
  /** Stems or nights, both included. */
  readonly from: string;
  readonly to: string;
  /** The stage to do again; with `predict`, the features too if they are missing. */
  readonly stage: Stage;
  /** With `predict`: let Lasair have the scores. */
  readonly annotate: boolean;
}

/**
 * Why a stem is left out: its name is no stem; the services will do it anyway; it is scored by this version; it was never
 * scored, so there is nothing to annotate; its files were pruned; an earlier backfill has it at another stage.
 */
export type LeftOut = 'misnamed' | 'unfinished' | 'scored' | 'unscored' | 'gone' | 'apart';

/** What comes of it, in stems. */
export interface BackfillPlan {
  readonly vra: string;
  /** Its MODEL_VERSION. */
  readonly version: string;
  readonly added: number;
  /** Asked for before, and not done yet. */
  readonly addedBefore: number;
  readonly leftOut: Readonly<Record<LeftOut, number>>;
}

/**
 * Has a VRA do past stems.
 *
 * @throws UsageError if there is no such VRA or stem, or the VRA must not do it
 */
export async function backfill(open: OpenLedger, wish: BackfillWish): Promise<BackfillPlan> {
  const { settings, ledger } = open;
  const vra = vraOf(settings, wish.vra);
  const { modelName: name, modelVersion: version } = vra;
  refuse(wish, vra);
  const stems = await ledger.backfill.stemsFrom(name, version, stemRange(wish.from, wish.to));
  if (stems.length === 0) throw new UsageError(`the ledger knows no stem from ${wish.from} to ${wish.to}`);
  const leftOut: Record<LeftOut, number> = { misnamed: 0, unfinished: 0, scored: 0, unscored: 0, gone: 0, apart: 0 };
  const asked: Asked[] = [];
  for (const stem of stems) {
    const first = await firstStage(stem, wish.stage, vra, open);
    if (typeof first === 'object') asked.push({ stem: stem.stem, first: first.stage, last: lastStage(wish) });
    else leftOut[first]++;
  }
  const { added, before, apart } = await ledger.backfill.ask(name, asked);
  return { vra: name, version, added, addedBefore: before, leftOut: { ...leftOut, apart } };
}

/** Takes back what is not done, of one VRA or of all. @returns the stems taken back of each that had a backfill */
export async function cancelBackfill(
  { ledger }: OpenLedger,
  only: string | undefined,
): Promise<{ vra: string; stems: number }[]> {
  return await Promise.all(
    (await ledger.backfill.progress())
      .filter(({ vra }) => (only ?? vra) === vra)
      .map(async ({ vra }) => ({ vra, stems: await ledger.backfill.cancel(vra) })),
  );
}

function refuse({ stage, annotate }: BackfillWish, { modelName: name, annotate: isAnnotated }: VraSettings): void {
  if (annotate && stage !== 'predict') throw new UsageError('--annotate goes with --stage predict');
  if (annotate && !isAnnotated) throw new UsageError(`${name} is not to be annotated: its ANNOTATE is no`);
  if (stage === 'annotate' && !isAnnotated) {
    throw new UsageError(`${name} is not to be annotated: its ANNOTATE is no; change that first`);
  }
  if (stage === 'predict' && isAnnotated && !annotate) {
    throw new UsageError(
      `${name} annotates, so Lasair would have its scores: write --annotate if it is to have them, ` +
        'or backfill a VRA with the same model and ANNOTATE: no',
    );
  }
}

const lastStage = ({ stage, annotate }: BackfillWish): Stage => (annotate ? 'annotate' : stage);

/** Where a stem begins, or why it is left out. */
async function firstStage(
  past: PastStem,
  wanted: Stage,
  vra: VraSettings,
  open: OpenLedger,
): Promise<{ stage: Stage } | LeftOut> {
  const { stem, feature, predict, annotate } = past;
  if (!isStem(stem)) return 'misnamed';
  const isOpen = (code: number | null) => code !== null && !isDone(code);
  if (wanted === 'annotate') {
    if (isOpen(annotate) || isOpen(predict)) return 'unfinished';
    return predict === null ? 'unscored' : { stage: 'annotate' };
  }
  const hasBatch = existsSync(open.paths.batch(stem));
  if (isOpen(feature) || (wanted === 'predict' && isOpen(predict))) return 'unfinished';
  if (wanted === 'feature') return hasBatch ? { stage: 'feature' } : 'gone';
  if (past.isScored) return 'scored';
  const hasFeatures = existsSync(open.paths.features(stem, vra.features));
  if (hasFeatures && feature !== null) return { stage: 'predict' };
  return hasBatch || (hasFeatures && (await isMadeByAnother(stem, vra, open))) ? { stage: 'feature' } : 'gone';
}

/** Then the feature stage takes the file as it is. */
async function isMadeByAnother(
  stem: string,
  { features }: VraSettings,
  { settings, ledger }: OpenLedger,
): Promise<boolean> {
  const siblings = settings.vras.filter((other) => other.features === features);
  const statuses = await Promise.all(siblings.map(({ modelName }) => ledger.work('feature', modelName).status(stem)));
  return statuses.some((status) => isDone(status ?? 0));
}
