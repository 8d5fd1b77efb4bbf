import type { ObjectScore } from '@lvra/shared/ledger/objects';
import type { DataPaths } from '@lvra/shared/paths';
import { lightCurvesIn } from '@lvra/tns/gather';
import type { Epoch } from '@lvra/tns/light-curve';
import { magnitudeOf } from '@lvra/tns/magnitude';
import type { OpenLedger } from './ledger.js';

/** One object of a night's best. */
export interface Candidate {
  readonly diaObjectId: bigint;
  readonly score: number;
  /** Against the same VRA's score of the object's source before; undefined for its first one. */
  readonly change: number | undefined;
  /** Of the difference image; undefined where it is fainter than the template, or the batch file is gone. */
  readonly magnitude: number | undefined;
  readonly band: string | undefined;
  /** Of the object that this VRA has scored, in all nights. */
  readonly sources: number;
  readonly modelVersion: string | null;
  readonly atLasair: string;
  readonly stem: string;
}

/**
 * The objects of some stems with the highest scores.
 *
 * @param stems the first one, and a text that all are smaller than
 */
export async function bestOf(
  { ledger, paths }: Pick<OpenLedger, 'ledger' | 'paths'>,
  vra: string,
  { from, before }: { from: string; before: string },
  most: number,
): Promise<Candidate[]> {
  const best = ledger.best.of(vra, from, before, most);
  const epochs = await epochsOf(paths, best);
  return best.map(({ ID, diaObjectId, diaSourceId, stem, score }) => {
    const scores = ledger.objects.scores(diaObjectId).filter((each) => each.vra === vra);
    const shown = scores.find((each) => each.provenanceId === ID) as ObjectScore;
    const earlier = scores.slice(scores.indexOf(shown)).find((each) => each.diaSourceId !== diaSourceId);
    const epoch = epochs.get(String(diaSourceId));
    return {
      ...{ diaObjectId, score, stem },
      change: typeof earlier?.score === 'number' ? score - earlier.score : undefined,
      magnitude: epoch && epoch.psfFlux > 0 ? magnitudeOf(epoch.psfFlux) : undefined,
      band: epoch?.band,
      sources: new Set(scores.map((each) => each.diaSourceId)).size,
      modelVersion: shown.modelVersion,
      atLasair: shown.isCurrent ? `shown (${shown.fate.replaceAll('_', ' ')})` : shown.fate.replaceAll('_', ' '),
    };
  });
}

/** What the batch files say of these sources, by diaSourceId. Each file is read once. */
async function epochsOf(
  paths: DataPaths,
  wanted: readonly { diaObjectId: bigint; stem: string }[],
): Promise<Map<string, Epoch>> {
  const byStem = new Map<string, Set<bigint>>();
  for (const { diaObjectId, stem } of wanted) byStem.set(stem, (byStem.get(stem) ?? new Set()).add(diaObjectId));
  const epochs = new Map<string, Epoch>();
  for (const [stem, ids] of byStem) {
    const found = await lightCurvesIn(paths.batch(stem), ids);
    // A night whose files were pruned has its scores still.
    if (typeof found === 'string') continue;
    for (const { sources } of found.values()) for (const epoch of sources) epochs.set(epoch.key, epoch);
  }
  return epochs;
}
