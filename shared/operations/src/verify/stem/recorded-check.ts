import { checksumOfScores, type ScoreFact, type StemFacts } from '@lvra/ledger';
import { doAgain, FROM_BACKUP, forgetScores } from '../advice.js';
import type { Findings } from '../findings.js';
import type { ScoreModels } from './score-models.js';

/** How far the same model may differ on another machine. */
const ROUNDING = 1e-6;

/** The scores of one version of a VRA's model that a stem has, each of them a number. */
export interface RecordedScores {
  readonly vra: string;
  readonly version: string;
  /** In the order of their IDs. */
  readonly scores: readonly (ScoreFact & { readonly score: number; readonly diaSourceId: bigint })[];
  /** Whether every source has its score. */
  readonly isComplete: boolean;
}

/**
 * Compares scores with their checksum, and with what the model gives: for some stems, and wherever the checksum is missing
 * or wrong.
 */
export async function checkRecorded(
  facts: StemFacts,
  recorded: RecordedScores,
  isTurn: boolean,
  models: ScoreModels,
  findings: Findings,
): Promise<void> {
  const { stem } = facts;
  const { vra, version, scores, isComplete } = recorded;
  const made = facts.checksum({ kind: 'scores', vra, version });
  // The Python pipeline's scores have none, and differ from the model's here by what pandas reads otherwise.
  if (!made && !facts.doneByUs('predict', vra)) return;
  const summed = checksumOfScores(scores);
  const isSame = made && isComplete ? summed.crc32 === made.crc32 && summed.bytes === made.bytes : undefined;
  if (isSame !== false && isComplete && !isTurn) return;
  const given = await models.scoresOf(stem, vra, version);
  const wrong = (object: bigint | null | undefined, what: string, todo: string) =>
    findings.add({ check: 'scores', stem, vra, ...(object != null && { object: String(object) }), what, todo });
  if (!given) {
    if (isSame === false)
      wrong(
        undefined,
        `the scores of version ${version} are not what was recorded; without the model there is no telling which`,
        FROM_BACKUP,
      );
    return;
  }
  const differing = scores.flatMap((row) => {
    const score = given.get(row.diaSourceId)?.shift();
    return score === undefined || Math.abs(score - row.score) <= ROUNDING ? [] : [{ ...row, given: score }];
  });
  const [first] = differing;
  if (first && isSame === true) {
    findings.note(
      `${stem} ${vra}: ${differing.length} scores are as they were recorded, and the model ${version} now gives others (row ${first.id}: ${first.score}, now ${first.given})`,
    );
  } else if (first) {
    const others = differing.length > 1 ? `, and ${differing.length - 1} others of the stem differ too` : '';
    wrong(
      first.diaObjectId,
      `row ${first.id} of provenance has the score ${first.score} of source ${first.diaSourceId}; the model ${version} gives ${first.given}${others}`,
      forgetScores(
        differing.map(({ id }) => id),
        stem,
      ),
    );
  } else if (isSame === false) {
    wrong(
      undefined,
      `the scores of version ${version} are what the model gives, and their checksum is another`,
      doAgain(stem, 'predict'),
    );
  }
}
