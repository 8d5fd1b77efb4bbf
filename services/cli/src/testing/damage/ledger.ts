import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, type Damage, run } from './victim.js';

/** To the rows of stems, scores, offsets and quarantined messages. */
export const LEDGER_DAMAGES: readonly Damage[] = [
  {
    name: 'a stem has lost its row of a status table',
    check: 'batch',
    says: /no row in the status table of predict/,
    do: async ({ ledger, stems: [stem] }) => {
      await run(ledger, 'DELETE FROM predict WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a score is gone',
    check: 'scores',
    says: /has no score/,
    do: async ({ ledger, stems: [stem] }) => {
      await run(ledger, 'DELETE FROM provenance WHERE ID = (SELECT min(ID) FROM provenance WHERE stem = ?)', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a score is there twice',
    check: 'doubled',
    says: /provenance has the score of source \d+ by version demo twice/,
    do: async ({ ledger, stems: [stem] }) => {
      await run(
        ledger,
        `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version)
         SELECT diaObjectId, diaSourceId, stem, score, model_name, model_version FROM provenance WHERE stem = ? LIMIT 1`,
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'threshold flags are gone',
    check: 'features',
    says: /threshold_flags_provenance has no row/,
    do: async ({ ledger, stems: [stem] }) => {
      await run(
        ledger,
        'DELETE FROM threshold_flags_provenance WHERE ID = (SELECT min(ID) FROM threshold_flags_provenance WHERE stem = ?)',
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'threshold flags are there twice',
    check: 'doubled',
    says: /threshold_flags_provenance has the row of source \d+ twice, the second/,
    do: async ({ ledger, stems: [stem] }) => {
      await run(
        ledger,
        `INSERT INTO threshold_flags_provenance (diaObjectId, diaSourceId, stem)
         SELECT diaObjectId, diaSourceId, stem FROM threshold_flags_provenance WHERE stem = ? LIMIT 1`,
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'the offsets of a stem are gone',
    check: 'offsets',
    says: /does not say which offsets/,
    do: async ({ ledger, stems: [, stem] }) => {
      await run(ledger, 'DELETE FROM batch_offsets WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a part of the offsets is in no stem',
    check: 'offsets',
    says: /offsets \d+ to \d+ are in no stem/,
    do: async ({ ledger, stems: [, stem] }) => {
      await run(ledger, 'UPDATE batch_offsets SET first_offset = first_offset + 2 WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'offsets are in two stems',
    check: 'offsets',
    says: /offsets \d+ to \d+ are in \d{8}_\d{6} too/,
    do: async ({ ledger, stems: [, stem] }) => {
      await run(ledger, 'UPDATE batch_offsets SET first_offset = first_offset - 2 WHERE stem = ?', stem);
      return { stem: stem! };
    },
  },
  {
    name: 'a stem covers more offsets than it has alerts',
    check: 'message',
    says: /held \d+ messages of Kafka, but \d+ alerts are in its batch and \d+ in quarantine/,
    do: async ({ ledger, stems }) => {
      await run(ledger, 'UPDATE batch_offsets SET next_offset = next_offset + 1 WHERE stem = ?', stems.at(-1));
      await run(ledger, 'UPDATE kafka_position SET next_offset = next_offset + 1');
      return { stem: stems.at(-1)! };
    },
  },
  {
    name: 'the group would continue behind unread messages',
    check: 'offsets',
    says: /continues at \d+, but its last stem ends at \d+/,
    do: async ({ ledger, stems }) => {
      await run(ledger, 'UPDATE kafka_position SET next_offset = next_offset + 5');
      return { stem: stems.at(-1)! };
    },
  },
  {
    name: 'the bytes of a quarantined message are gone',
    check: 'quarantine',
    says: /is missing/,
    do: async ({ paths, ledger }) => {
      const { path, stem } = await ask(ledger, 'SELECT path, stem FROM quarantine');
      rmSync(join(paths.root, path!));
      return { stem: stem! };
    },
  },
  {
    name: 'a bit of a quarantined message differs',
    check: 'quarantine',
    says: /is as long as it was, and its content is another/,
    do: async ({ paths, ledger }) => {
      const { path, stem } = await ask(ledger, 'SELECT path, stem FROM quarantine');
      const bytes = readFileSync(join(paths.root, path!));
      bytes[0]! ^= 1;
      writeFileSync(join(paths.root, path!), bytes);
      return { stem: stem! };
    },
  },
  {
    name: 'a message is neither in the batch nor in quarantine',
    check: 'message',
    says: /held \d+ messages of Kafka, but \d+ alerts/,
    do: async ({ ledger }) => {
      const { stem } = await ask(ledger, 'SELECT stem FROM quarantine');
      await run(ledger, 'DELETE FROM quarantine');
      return { stem: stem! };
    },
  },
];
