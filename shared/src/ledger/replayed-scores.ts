import type { Database } from './connection.js';
import type { ScoreRecord } from './results.js';

/** A score of an object that a replay gave. */
export interface ReplayedScore {
  readonly diaSourceId: bigint;
  readonly midpointMjdTai: number | null;
  readonly stem: string;
  readonly score: number;
  readonly vra: string;
  readonly modelVersion: string;
  /** When it was replayed, ms since 1970. */
  readonly at: number;
}

/** The scores that replays gave, apart from provenance: nothing here is ever annotated. */
export class ReplayedScores {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      live: database.prepare<[string, string, string], { source: bigint; score: number }>(
        `SELECT diaSourceId AS source, score FROM provenance
         WHERE stem = ? AND model_name = ? AND model_version = ? AND score IS NOT NULL ORDER BY ID`,
      ),
      clear: database.prepare(
        `DELETE FROM replayed_score WHERE stem_ID =
           (SELECT ID FROM replayed_stem WHERE vra = ? AND model_version = ? AND stem = ?)`,
      ),
      forget: database.prepare('DELETE FROM replayed_stem WHERE vra = ? AND model_version = ? AND stem = ?'),
      stem: database
        .prepare<[string, string, string, number], bigint>(
          `INSERT INTO replayed_stem (vra, model_version, stem, at) VALUES (?, ?, ?, ?)
           ON CONFLICT (vra, model_version, stem) DO UPDATE SET at = excluded.at RETURNING ID`,
        )
        .pluck(),
      score: database.prepare('INSERT INTO replayed_score VALUES (?, ?, ?, ?, ?)'),
      ofObject: database.prepare<[bigint], Record<string, unknown>>(
        `SELECT r.diaSourceId, source.midpointMjdTai, s.stem, r.score, s.vra, s.model_version, s.at
         FROM replayed_score r JOIN replayed_stem s ON s.ID = r.stem_ID
         LEFT JOIN source ON source.diaSourceId = r.diaSourceId
         WHERE r.diaObjectId = ? ORDER BY r.stem_ID DESC`,
      ),
    };
  }

  /**
   * Puts the scores of a stem in the place of those of a replay before, within the caller's transaction. A score that
   * provenance has, of the same version, is compared with that one and not kept a second time: where a source is in the
   * stem several times, the first with the first, and so on.
   */
  replace(
    stem: string,
    model: { name: string; version: string },
    rows: readonly ScoreRecord[],
    now: number,
  ): { compared: number; difference: number } {
    const live = new Map<bigint, number[]>();
    for (const { source, score } of this.#statements.live.all(stem, model.name, model.version)) {
      live.set(source, [...(live.get(source) ?? []), score]);
    }
    this.remove(stem, model);
    let difference = 0;
    const apart = rows.filter(({ diaSourceId, score }) => {
      const recorded = live.get(diaSourceId)?.shift();
      if (recorded !== undefined) difference = Math.max(difference, Math.abs(score - recorded));
      return recorded === undefined;
    });
    if (apart.length > 0) {
      const id = this.#statements.stem.get(model.name, model.version, stem, now);
      apart.forEach(({ diaObjectId, diaSourceId, score }, row) => {
        this.#statements.score.run(id, row, diaObjectId, diaSourceId, score);
      });
    }
    return { compared: rows.length - apart.length, difference };
  }

  /** Removes what replays gave of a stem, within the caller's transaction. */
  remove(stem: string, { name, version }: { name: string; version: string }): void {
    this.#statements.clear.run(name, version, stem);
    this.#statements.forget.run(name, version, stem);
  }

  /** Those of one object, the latest stem that was replayed first. */
  ofObject(diaObjectId: bigint): ReplayedScore[] {
    return this.#statements.ofObject.all(diaObjectId).map((row) => ({
      diaSourceId: row.diaSourceId as bigint,
      midpointMjdTai: row.midpointMjdTai as number | null,
      stem: row.stem as string,
      score: row.score as number,
      vra: row.vra as string,
      modelVersion: row.model_version as string,
      at: Number(row.at),
    }));
  }
}
