import assert from 'node:assert/strict';
import { rowsIn } from '@lvra/ledger/testing/look-inside';
import { type ask, type Damage, run } from './victim.js';

/** The first scores of a stem. */
const scoresOf = (ledger: Parameters<typeof ask>[0], stem: string | undefined) =>
  rowsIn<{
    ID: bigint;
    score: number;
  }>(ledger, 'SELECT ID, score FROM provenance WHERE stem = ? ORDER BY ID LIMIT 2', stem!);

/** A damage of one cell of a stem's first row of a table. */
function cell(name: string, table: string, set: string, check: Damage['check'], says: RegExp): Damage {
  return {
    name,
    check,
    says,
    do: async ({ ledger, stems: [, stem] }) => {
      const changes = await run(
        ledger,
        `UPDATE ${table} SET ${set} WHERE rowid = (SELECT min(rowid) FROM ${table} WHERE stem = ?)`,
        stem,
      );
      assert.equal(changes, 1);
      return { stem: stem! };
    },
  };
}

/** The same of a table whose rows are found by the stem. */
function ofStem(name: string, sql: string, check: Damage['check'], says: RegExp): Damage {
  return {
    name,
    check,
    says,
    do: async ({ ledger, stems: [, stem] }) => {
      assert.ok((await run(ledger, sql, stem)) > 0);
      return { stem: stem! };
    },
  };
}

const NO_PROBABILITY = /has (no score|the score .*), no probability/;
const MODEL_GIVES = /has the score [\d.]+ of source \d+; the model demo gives [\d.]+/;

/** To scores, flags, times and statuses that are still there, and other than they were. */
export const CELL_DAMAGES: readonly Damage[] = [
  cell('a score is altered', 'provenance', 'score = score / 2 + 0.001', 'scores', MODEL_GIVES),
  cell('a score is altered in its last digits', 'provenance', 'score = score + 0.00001', 'scores', MODEL_GIVES),
  {
    name: 'two scores are swapped',
    check: 'scores',
    says: /the model demo gives [\d.]+, and 1 others of the stem differ too/,
    do: async ({ ledger, stems: [, stem] }) => {
      const [first, second] = await scoresOf(ledger, stem);
      assert.notEqual(first!.score, second!.score);
      await run(ledger, 'UPDATE provenance SET score = ? WHERE ID = ?', first!.score, second!.ID);
      await run(ledger, 'UPDATE provenance SET score = ? WHERE ID = ?', second!.score, first!.ID);
      return { stem: stem! };
    },
  },
  cell('a score is NULL', 'provenance', 'score = NULL', 'scores', NO_PROBABILITY),
  cell('a score is 7.5', 'provenance', 'score = 7.5', 'scores', NO_PROBABILITY),
  cell('a score is below 0', 'provenance', 'score = -0.25', 'scores', NO_PROBABILITY),
  cell('a score is infinite', 'provenance', 'score = 9e999', 'scores', NO_PROBABILITY),
  cell('a score is text', 'provenance', "score = 'high'", 'value', /row \d+ of provenance has 'high' in score/),
  cell('a score has no object', 'provenance', 'diaObjectId = NULL', 'id', /of which there is no feature row/),
  cell('the object of a score is another', 'provenance', 'diaObjectId = diaObjectId + 1', 'id', /of which there is no/),
  cell(
    'a score is of another version',
    'provenance',
    "model_version = 'x'",
    'scores',
    /"x", which never scored the stem/,
  ),
  cell(
    'a score is of another model',
    'provenance',
    "model_name = 'r0x'",
    'scores',
    /model "r0x", and no VRA has or had/,
  ),
  {
    name: 'a score is in another stem',
    check: 'id',
    says: /is a score of source \d+, of which there is no feature row/,
    do: async ({ ledger, stems: [, stem, other] }) => {
      const [first] = await scoresOf(ledger, stem);
      await run(ledger, 'UPDATE provenance SET stem = ? WHERE ID = ?', other, first!.ID);
      return { stem: other! };
    },
  },
  {
    ...cell('a score is of a name that is no stem', 'provenance', "stem = '20260230_000000'", 'batch', /is no stem/),
    do: async ({ ledger, stems: [, stem] }) => {
      const [first] = await scoresOf(ledger, stem);
      await run(ledger, "UPDATE provenance SET stem = '20260230_000000' WHERE ID = ?", first!.ID);
      return { stem: '20260230_000000' };
    },
  },
  cell(
    'a flag counts one source more',
    'threshold_flags_provenance',
    'n_gt22 = n_gt22 + 1',
    'features',
    /n_gt22 \d+, and/,
  ),
  cell('a flag is turned round', 'threshold_flags_provenance', 'brighter19 = 1 - brighter19', 'features', /brighter19/),
  cell('a flag is turned on', 'threshold_flags_provenance', 'first18 = 1 - first18', 'features', /first18/),
  cell('a flag is NULL', 'threshold_flags_provenance', 'n_gt20 = NULL', 'features', /n_gt20 null/),
  cell(
    'flags are of another source',
    'threshold_flags_provenance',
    'diaSourceId = diaSourceId + 1',
    'id',
    /no feature row/,
  ),
  ofStem(
    'the time of a source is another',
    `UPDATE source SET midpointMjdTai = midpointMjdTai + 1 WHERE diaSourceId =
       (SELECT diaSourceId FROM threshold_flags_provenance WHERE stem = ? LIMIT 1)`,
    'features',
    /the table source has the time [\d.]+ of source \d+, and the alert/,
  ),
  ofStem(
    'the time of a source is gone',
    `DELETE FROM source WHERE diaSourceId =
       (SELECT diaSourceId FROM threshold_flags_provenance WHERE stem = ? LIMIT 1)`,
    'features',
    /the table source has no time of source/,
  ),
  ...['feature_making', 'predict', 'annotating'].map((table) =>
    cell(`a status of a done stem is NULL in ${table}`, table, 'r0b = NULL', 'batch', /is NULL, as of a stem/),
  ),
  cell('a status is text', 'predict', "r0b = 'done'", 'value', /predict has 'done' in r0b/),
  {
    ...ofStem(
      'an outcome has a name that is none',
      `UPDATE annotation_outcome SET outcome = 'banana' WHERE provenance_ID =
         (SELECT min(ID) FROM provenance WHERE stem = ?)`,
      'outcomes',
      /the outcome "banana", and there is none of that name/,
    ),
  },
  {
    name: 'an outcome is of a score that is not there',
    check: 'outcomes',
    says: /has an outcome of score 999999, and provenance has no such row/,
    do: async ({ ledger }) => {
      await run(ledger, "INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (999999, 'accepted', 1)");
      return {};
    },
  },
];
