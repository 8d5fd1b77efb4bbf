import { existsSync } from 'node:fs';
import { UsageError } from '@lvra/shared/errors';
import type { Asked, PastStem } from '@lvra/shared/ledger/backfill';
import type { VraSettings } from '@lvra/shared/settings/settings';
import { vraOf } from '@lvra/shared/settings/stage-vras';
import type { Stage } from '@lvra/shared/stages';
import { isDone } from '@lvra/shared/status';
import { isStem } from '@lvra/shared/stem';
import { counted } from './formats.js';
import type { OpenLedger } from './ledger.js';
import { stemRange } from './nights.js';

/** What a person asks for. */
export interface Wish {
  readonly vra: string;
  /** Stems or nights. */
  readonly from: string;
  readonly to: string;
  readonly stage: Stage;
  readonly annotate: boolean;
}

/** Why a stem is left out. */
type LeftOut = 'misnamed' | 'unfinished' | 'scored' | 'unscored' | 'gone';

/** Has a VRA do past stems. @returns what comes of it, in words */
export function backfill(open: OpenLedger, wish: Wish): string {
  const { settings, ledger } = open;
  const vra = vraOf(settings, wish.vra);
  const { modelName: name, modelVersion: version } = vra;
  refuse(wish, vra);
  const stems = ledger.backfill.stemsFrom(name, version, stemRange(wish.from, wish.to));
  if (stems.length === 0) throw new UsageError(`the ledger knows no stem from ${wish.from} to ${wish.to}`);
  const leftOut: Record<LeftOut, number> = { misnamed: 0, unfinished: 0, scored: 0, unscored: 0, gone: 0 };
  const asked = stems.flatMap((stem): Asked[] => {
    const first = firstStage(stem, wish.stage, vra, open);
    if (typeof first !== 'object') leftOut[first]++;
    return typeof first !== 'object' ? [] : [{ stem: stem.stem, first: first.stage, last: lastStage(wish) }];
  });
  const added = ledger.backfill.ask(name, asked);
  const reasons: Record<LeftOut, string> = {
    misnamed: 'the name is no stem, see `lvra verify`',
    unfinished: 'not done yet, the services will do them',
    scored: `scored by version ${version} already`,
    unscored: 'never scored',
    gone: 'without files, `lvra prune` removed them',
  };
  return [
    `${counted(added, 'stem')} to be done by ${name}, behind those of the night.`,
    ...(asked.length > added ? [`${counted(asked.length - added, 'stem')} to be done already.`] : []),
    ...Object.entries(leftOut).flatMap(([why, stems]) =>
      stems > 0 ? [`${counted(stems, 'stem')} left out: ${reasons[why as LeftOut]}.`] : [],
    ),
    ...(added > 0 ? ['How far it is: lvra status. Without services: lvra run --once --source none'] : []),
  ].join('\n');
}

function refuse({ stage, annotate }: Wish, { modelName: name, annotate: isAnnotated }: VraSettings): void {
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

const lastStage = ({ stage, annotate }: Wish): Stage => (annotate ? 'annotate' : stage);

/** Where a stem begins, or why it is left out. */
function firstStage(past: PastStem, wanted: Stage, vra: VraSettings, open: OpenLedger): { stage: Stage } | LeftOut {
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
  return hasBatch || (hasFeatures && isMadeByAnother(stem, vra, open)) ? { stage: 'feature' } : 'gone';
}

/** Then the feature stage takes the file as it is. */
function isMadeByAnother(stem: string, { features }: VraSettings, { settings, ledger }: OpenLedger): boolean {
  return settings.vras
    .filter((other) => other.features === features)
    .some(({ modelName }) => isDone(ledger.work('feature', modelName).status(stem) ?? 0));
}
