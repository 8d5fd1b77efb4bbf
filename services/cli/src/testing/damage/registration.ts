import assert from 'node:assert/strict';
import { execute } from '@lvra/ledger/testing/look-inside';
import { ask, type Damage, run } from './victim.js';

/** A damage of what a batch was registered with. */
function of(name: string, sql: string, check: Damage['check'], says: RegExp): Damage {
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

/** An object whose last alert is in a stem, and has features. */
const objectIn = async (ledger: Parameters<typeof ask>[0], stem: string | undefined) =>
  (
    await ask(
      ledger,
      `SELECT diaObjectId FROM diaobjid_stems m WHERE stem = ?
     AND EXISTS (SELECT 1 FROM provenance p WHERE p.diaObjectId = m.diaObjectId AND p.stem = m.stem)`,
      stem,
    )
  ).diaObjectId!;

function moved(
  name: string,
  says: RegExp,
  to: (stems: readonly string[]) => { from: string; to: string | undefined },
): Damage {
  return {
    name,
    check: 'mapping',
    says,
    do: async ({ ledger, stems }) => {
      const { from, to: target } = to(stems);
      const object = await objectIn(ledger, from);
      if (target === undefined) await run(ledger, 'DELETE FROM diaobjid_stems WHERE diaObjectId = ?', object);
      else await run(ledger, 'UPDATE diaobjid_stems SET stem = ? WHERE diaObjectId = ?', target, object);
      return { object };
    },
  };
}

/** To what the ledger has of batches, offsets and objects, and to its rows that nothing can be made again of. */
export const REGISTRATION_DAMAGES: readonly Damage[] = [
  moved('an object has lost its stem', /no row of the object/, ([, from]) => ({ from: from!, to: undefined })),
  moved('an object is in an older stem', /an older stem/, (stems) => ({ from: stems.at(-1)!, to: stems[0] })),
  moved('an object is in a stem that has no alert of it', /no alert of its batch/, (stems) => ({
    from: stems[0]!,
    to: stems.at(-1),
  })),
  moved('an object is in a stem that is not there', /which no status table knows/, ([from]) => ({
    from: from!,
    to: '20990101_000000',
  })),
  of('the row of a batch is gone', 'DELETE FROM batch WHERE stem = ?', 'batch', /the table batch has no row of it/),
  of(
    'a batch has another number of alerts',
    'UPDATE batch SET alerts = alerts + 1 WHERE stem = ?',
    'batch',
    /registered/,
  ),
  of('a batch has another number of bytes', 'UPDATE batch SET bytes = bytes - 1 WHERE stem = ?', 'batch', /registered/),
  of(
    'a batch is not registered',
    'UPDATE batch SET registered_at = NULL WHERE stem = ?',
    'batch',
    /not registered yet/,
  ),
  of(
    'times of arrival are gone',
    'UPDATE batch SET received_ms = substr(received_ms, 1, 16) WHERE stem = ?',
    'batch',
    /the times of arrival of 2/,
  ),
  of(
    'the history of a batch is gone',
    "DELETE FROM stem_event WHERE stem = ? AND stage = 'consumer'",
    'batch',
    /does not say when it was registered/,
  ),
  of(
    'messages count as left out that were taken',
    'UPDATE batch_offsets SET left_out = 2 WHERE stem = ?',
    'message',
    /held \d+ messages/,
  ),
  of(
    'offsets count as without a message that had one',
    'UPDATE batch_offsets SET skipped = 1 WHERE stem = ?',
    'message',
    /held \d+ messages/,
  ),
  {
    name: 'a stem has lost its rows of all status tables',
    check: 'batch',
    says: /no row in the status table of feature, predict, annotate/,
    do: async ({ ledger, stems: [, stem] }) => {
      for (const table of ['feature_making', 'predict', 'annotating'])
        await run(ledger, `DELETE FROM ${table} WHERE stem = ?`, stem);
      return { stem: stem! };
    },
  },
  {
    name: 'the position of the group is gone',
    check: 'offsets',
    says: /does not say where the group g continues/,
    do: async ({ ledger, stems }) => {
      await run(ledger, 'DELETE FROM kafka_position');
      return { stem: stems.at(-1)! };
    },
  },
  {
    name: 'a quarantined alert names a file elsewhere',
    check: 'quarantine',
    says: /which is not in quarantine\//,
    do: async ({ ledger }) => {
      await run(ledger, "UPDATE quarantine SET path = 'quarantine/../../../etc/hostname'");
      return {};
    },
  },
  {
    name: 'a table is gone',
    check: 'ledger',
    says: /the table threshold_flags_provenance is missing/,
    do: async ({ ledger }) => {
      await execute(ledger, 'DROP TABLE threshold_flags_provenance');
      return {};
    },
  },
];
