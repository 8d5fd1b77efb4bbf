import type { NightOfScores } from '@lvra/ledger';
import {
  edgesOf,
  expectedSpread,
  FEWEST_SCORES,
  type Manifest,
  NIGHTS_BEFORE,
  populationStability,
  sum,
} from '@lvra/model';
import type { Look } from '../../open-ledger.js';

/** This many nights are shown of a version. */
const NIGHTS = 14;

/** How a version's scores were spread, night by night. */
export interface ModelSpread {
  /** Of the bins, one more than there are bins. */
  readonly edges: readonly number[];
  /** What each bin held at import, as shares; null where the manifest does not say. */
  readonly atImport: readonly number[] | null;
  /** The newest first. */
  readonly nights: readonly NightSpread[];
}

export interface NightSpread {
  /** YYYYMMDD, of the stems. */
  readonly night: string;
  readonly scores: number;
  readonly counts: readonly number[];
  /**
   * The population stability index, against the shares at import, or else against the nights before; null with too few scores
   * of either. What it means is in `stabilityMeaning`.
   */
  readonly psi: number | null;
}

/** How a version's scores were spread in its last nights. Without a manifest its bins are tenths. */
export async function modelSpread(
  { ledger }: Pick<Look, 'ledger'>,
  vra: string,
  version: string,
  manifest: Pick<Manifest, 'scores'>,
  most = NIGHTS,
): Promise<ModelSpread> {
  const edges = edgesOf(manifest);
  const nights = await ledger.scoreCounts.nights({ name: vra, version }, edges, most + NIGHTS_BEFORE);
  const shown = nights.slice(0, most).map(({ night, counts }, at) => ({
    ...{ night, counts, scores: sum(counts) },
    psi: psiOf(manifest, counts, nights.slice(at + 1)),
  }));
  return { edges, atImport: manifest.scores?.shares ?? null, nights: shown };
}

function psiOf(
  manifest: Pick<Manifest, 'scores'>,
  counts: readonly number[],
  before: readonly NightOfScores[],
): number | null {
  if (sum(counts) < FEWEST_SCORES) return null;
  const expected = expectedSpread(manifest, before);
  return expected ? populationStability(expected, counts) : null;
}

/** What a population stability index says. */
export function stabilityMeaning(psi: number): 'stable' | 'shifted' | 'changed' {
  if (psi < 0.1) return 'stable';
  return psi <= 0.25 ? 'shifted' : 'changed';
}
