import type { ScoredAlert } from '@lvra/ledger';
import type { Look } from '../../open-ledger.js';

/** One score of a stem; ids are decimal strings. */
export interface ScoreOfStem {
  readonly diaObjectId: string | null;
  readonly diaSourceId: string | null;
  readonly vra: string | null;
  readonly modelVersion: string | null;
  readonly score: number;
  /** At Lasair; null while it has none. */
  readonly outcome: string | null;
}

/** How the scores of one model are spread. */
export interface ScoreSpread {
  readonly vra: string | null;
  readonly modelVersion: string | null;
  readonly scores: number;
  /** Equal bins from 0 to 1; what lies outside counts for the first or the last. */
  readonly counts: readonly number[];
}

/** The scores of a stem: how they are spread, and the highest. */
export interface ScoresOfStem {
  readonly spreads: readonly ScoreSpread[];
  readonly best: readonly ScoreOfStem[];
}

const BINS = 20;

/** @param most of the highest scores */
export async function scoresOfStem({ ledger }: Look, stem: string, most: number): Promise<ScoresOfStem> {
  const scored = (await ledger.history.eachScore(stem)).filter(isScored);
  const best = scored.toSorted((a, b) => b.score - a.score).slice(0, most);
  return { spreads: spreadsOf(scored), best: best.map(scoreOfStem) };
}

type Scored = ScoredAlert & { readonly score: number };

/** The Python pipeline may have left NULL, and SQLite lets in what is no number. */
function isScored(alert: ScoredAlert): alert is Scored {
  return typeof alert.score === 'number' && !Number.isNaN(alert.score);
}

function spreadsOf(scored: readonly Scored[]): ScoreSpread[] {
  const spreads = new Map<string, ScoreSpread & { scores: number; counts: number[] }>();
  for (const { vra, modelVersion, score } of scored) {
    const key = JSON.stringify([vra, modelVersion]);
    const spread = spreads.get(key) ?? { vra, modelVersion, scores: 0, counts: new Array<number>(BINS).fill(0) };
    spread.scores++;
    const bin = Math.min(Math.max(Math.floor(score * BINS), 0), BINS - 1);
    spread.counts[bin] = (spread.counts[bin] as number) + 1;
    spreads.set(key, spread);
  }
  return [...spreads.values()];
}

function scoreOfStem({ diaObjectId, diaSourceId, vra, modelVersion, score, outcome }: Scored): ScoreOfStem {
  const text = (id: bigint | null) => (id === null ? null : String(id));
  return { diaObjectId: text(diaObjectId), diaSourceId: text(diaSourceId), vra, modelVersion, score, outcome };
}
