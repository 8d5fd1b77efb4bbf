import type { ReplayTotals } from '@lvra/shared/ledger/replays';
import type { Stage } from '@lvra/shared/stages';
import { count, counted, duration } from '../formats.js';
import type { ReplayJob } from './job.js';
import type { StepResult } from './step.js';

/** What a stage's rows are. */
const ROWS: Readonly<Record<Stage, string>> = { feature: 'rows', predict: 'scores', annotate: 'annotations' };

/** The files that a stage works on. */
const FILES: Readonly<Record<Stage, string>> = { feature: 'batch', predict: 'feature', annotate: 'batch' };

/** After so many, a person knows what fails. */
const FAILURES_SAID = 5;

/** What this run of a replay has done so far. */
export class Tally {
  /** With a result of any kind. */
  stems = 0;
  readonly failed: string[] = [];
  #rows = 0;
  #missing = 0;
  #unscored = 0;
  readonly #begun = performance.now();

  constructor(readonly stage: Stage) {}

  /** @returns what a person should not miss */
  add(stem: string, result: StepResult): string | undefined {
    this.stems++;
    if (result.outcome === 'failed') {
      this.failed.push(stem);
      if (this.failed.length > FAILURES_SAID) return undefined;
      return `${stem}: ${result.message}${this.failed.length === FAILURES_SAID ? ' (others that fail are only counted)' : ''}`;
    }
    this.#rows += result.rows;
    this.#unscored += result.unscored ?? 0;
    if (result.outcome === 'missing') this.#missing++;
    return undefined;
  }

  soFar(): string {
    const rate = this.#rows / ((performance.now() - this.#begun) / 1_000);
    const counts = `${counted(this.stems, 'stem')}, ${count(this.#rows)} ${ROWS[this.stage]}, ${count(Math.round(rate))} a second`;
    return [counts, ...this.#gone(this.#missing), ...this.#without(), ...this.#failures()].join('; ');
  }

  /** @param totals of the whole replay, of the runs before too */
  inWords({ stage, vra, model, annotate }: ReplayJob, totals: ReplayTotals): string {
    const took = duration(performance.now() - this.#begun);
    const before = totals.stems - (this.stems - this.failed.length);
    const { compared } = totals;
    return [
      `${stage} ${vra}${model ? ` ${model.version}` : ''}: ${this.soFar()}, in ${took}.`,
      ...(before > 0
        ? [`With the runs before: ${counted(totals.stems, 'stem')}, ${count(totals.rows)} ${ROWS[stage]}.`]
        : []),
      ...(compared > 0
        ? [
            `${count(compared)} of the scores are recorded already, by the same version, and were left as they are: ` +
              `the greatest difference is ${totals.difference}.`,
          ]
        : []),
      ...(stage === 'predict' && !annotate && totals.rows > compared
        ? [`Kept apart from the VRA's own scores: lvra model compare ${vra} <version> ${model?.version}`]
        : []),
      ...(stage === 'predict' && annotate && totals.rows > 0
        ? ['The services annotate them within a minute; without them: lvra run --once --source none']
        : []),
      ...(stage === 'annotate' && !annotate ? ['Written to dryrun/ in the data folder; --annotate sends it.'] : []),
    ].join('\n');
  }

  #without(): string[] {
    return this.#unscored > 0 ? [`${count(this.#unscored)} rows that the model cannot score`] : [];
  }

  #gone(missing: number): string[] {
    return missing > 0 ? [`${counted(missing, 'stem')} without a ${FILES[this.stage]} file any more`] : [];
  }

  #failures(): string[] {
    return this.failed.length > 0 ? [`${counted(this.failed.length, 'stem')} failed`] : [];
  }
}
