import type { Stage } from '../stages.js';
import { type Database, writing } from './connection.js';
import type { QuarantineEntry } from './quarantine.js';
import { ReplayedScores } from './replayed-scores.js';
import { type ReplayEvent, type ReplayedStem, Replays } from './replays.js';
import type { FeatureFile, FeatureRecord, ResultLedger, ScoreRecord } from './results.js';
import type { WorkLedger } from './work.js';

/** One stem of a replay. */
export interface ReplayStep {
  readonly replayId: bigint;
  readonly stem: string;
  readonly vra: string;
  readonly at: number;
  readonly durationMs: number;
}

const NOT_COMPARED = { compared: 0, difference: 0 } as const;

/**
 * What a replay records: the result and that it is through with the stem, in one transaction each. No status is
 * touched, except that `annotate` opens stems for annotating.
 */
export class ReplayLedger {
  readonly replays: Replays;
  readonly scores: ReplayedScores;
  readonly #database: Database;
  readonly #results: ResultLedger;

  constructor(database: Database, results: ResultLedger) {
    this.#database = database;
    this.#results = results;
    this.replays = new Replays(database);
    this.scores = new ReplayedScores(database);
  }

  recordFeatures(
    step: ReplayStep,
    rows: readonly FeatureRecord[],
    quarantined: readonly QuarantineEntry[],
    file?: FeatureFile,
  ): ReplayedStem {
    return this.#record(step, 'feature', 'replayed: its feature file was made again', () => {
      this.#results.addFeatures(step.stem, rows, quarantined, file);
      return { outcome: 'done', rows: rows.length, ...NOT_COMPARED };
    });
  }

  /** Records scores beside the live ones, or compares them with those where they are of the same version. */
  recordScores(step: ReplayStep, version: string, rows: readonly ScoreRecord[]): ReplayedStem {
    return this.#record(step, 'predict', `replayed with version ${version}`, () => {
      const compared = this.scores.replace(step.stem, { name: step.vra, version }, rows, step.at);
      return { outcome: 'done', rows: rows.length, ...compared };
    });
  }

  /**
   * Records scores as the VRA's own, where they are not there yet, and then opens the stem for annotating.
   *
   * @param annotate the work of the annotate stage
   */
  recordLiveScores(
    step: ReplayStep,
    version: string,
    rows: readonly ScoreRecord[],
    annotate: WorkLedger,
  ): ReplayedStem {
    return this.#record(step, 'predict', `replayed with version ${version}, to be annotated`, () => {
      const model = { name: step.vra, version };
      this.scores.remove(step.stem, model);
      const added = this.#results.addScores(step.stem, model, rows);
      if (added > 0) annotate.retry(step.stem, true);
      return { outcome: 'done', rows: added, ...NOT_COMPARED };
    });
  }

  /** Records that the newest scores of a stem were sent again. */
  recordSent(step: ReplayStep, rows: number, detail: string): ReplayedStem {
    return this.#record(step, 'annotate', detail, () => ({ outcome: 'done', rows, ...NOT_COMPARED }));
  }

  /** Records that the stem's file is gone. */
  recordMissing(step: ReplayStep, stage: Stage): ReplayedStem {
    return this.#record(step, stage, '', () => ({ outcome: 'missing', rows: 0, ...NOT_COMPARED }));
  }

  #record(step: ReplayStep, stage: Stage, detail: string, result: () => ReplayedStem): ReplayedStem {
    const { replayId, stem, vra, at, durationMs } = step;
    return writing(this.#database, () => {
      const replayed = result();
      const event: ReplayEvent = { at, durationMs, detail };
      this.replays.record(replayId, { stem, stage, vra }, replayed, event);
      return replayed;
    });
  }
}
