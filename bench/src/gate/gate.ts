import { STAGES } from '../pipeline/pipeline.js';
import { type Compared, MEASURED, type Measured } from './comparison.js';
import type { Round } from './rounds.js';

/** CPU of each stage and of all four over that of JSON.parse, which was measured at the same time. */
export type GateRatios = Readonly<Record<Measured, number>>;

/** How much worse a ratio may be than the committed one. */
const WORST = 1.15;
/** The ratios are checked after each of these numbers of rounds. If one is exceeded, more are measured, up to the last. */
const CHECK_AFTER_ROUNDS: readonly number[] = [8, 16];
/**
 * A ratio also depends on the load of the machine. So a stage that seems worse is run in turn with the commit of the
 * committed ratios, and fails if it also costs more than that one: by this share, which is half of the above.
 */
const CONFIRMED = 1.075;

/** A ratio beyond what is allowed. */
export interface Worse {
  readonly name: Measured;
  readonly committed: number;
  readonly measured: number;
}

export type Verdict = { readonly is: 'passed' | 'unsure' } | { readonly is: 'worse'; readonly worse: readonly Worse[] };

/** All CPU of the rounds over all of JSON.parse: a long round counts for more than a short one. */
export function gateRatios(rounds: readonly Round[]): GateRatios {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const floor = sum(({ jsonParse }) => jsonParse);
  const stages = STAGES.map((stage) => [stage, sum((round) => round.stages[stage]) / floor] as const);
  const all = stages.reduce((total, [, ratio]) => total + ratio, 0);
  return Object.fromEntries([...stages, ['all', all]]) as unknown as GateRatios;
}

/** The result of the rounds so far; `unsure` asks for more of them. */
export function judge(rounds: readonly Round[], committed: GateRatios): Verdict {
  const ratios = gateRatios(rounds);
  const worse = MEASURED.map((name) => ({ name, committed: committed[name], measured: ratios[name] })).filter(
    ({ committed, measured }) => measured > committed * WORST,
  );
  if (!CHECK_AFTER_ROUNDS.includes(rounds.length)) return { is: 'unsure' };
  if (worse.length === 0) return { is: 'passed' };
  return rounds.length >= Math.max(...CHECK_AFTER_ROUNDS) ? { is: 'worse', worse } : { is: 'unsure' };
}

/** Those that cost more than in the other commit: in the median pair, and in three of four pairs, or it may be noise. */
export function dearerIn(compared: readonly Compared[]): Compared[] {
  return compared.filter(({ ratio }) => ratio.median > CONFIRMED && ratio.lower > 1);
}

/** Those of the worse that also cost more than in the other commit, run in turn with it. */
export function confirmed(worse: readonly Worse[], compared: readonly Compared[]): Worse[] {
  const dearer = dearerIn(compared);
  return worse.filter(({ name }) => dearer.some((other) => other.name === name));
}
