import { ask, type Damage, hold, revisited, run } from './victim.js';

/** To what the ledger and Lasair hold of an object's newest score. */
export const ANNOTATION_DAMAGES: readonly Damage[] = [
  {
    name: 'a score of a done stem has no outcome',
    check: 'outcomes',
    says: /neither annotated nor is there a reason/,
    do: async ({ ledger, stems: [stem] }) => {
      const { ID, diaObjectId } = await ask(ledger, 'SELECT ID, diaObjectId FROM provenance WHERE stem = ?', stem);
      await run(ledger, 'DELETE FROM annotation_outcome WHERE provenance_ID = ?', ID);
      return { stem: stem!, object: diaObjectId! };
    },
  },
  {
    name: 'the ledger takes an older score for the one that Lasair holds',
    check: 'annotation',
    says: /the ledger has \d+ as the score that Lasair holds/,
    do: async ({ ledger }) => {
      const { diaObjectId, older } = await revisited(ledger);
      await run(ledger, 'UPDATE annotation SET accepted_ID = ? WHERE diaObjectId = ?', older, diaObjectId);
      return { object: diaObjectId };
    },
  },
  {
    name: 'the newest score of an object counts as superseded',
    check: 'annotation',
    says: /counts as superseded, and no newer one is there/,
    do: async ({ ledger }) => {
      const { diaObjectId, newest } = await revisited(ledger);
      await run(ledger, "UPDATE annotation_outcome SET outcome = 'superseded' WHERE provenance_ID = ?", newest);
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair holds an older score',
    check: 'annotation',
    says: /Lasair holds the score of source \d+ .* and the newest is that of source \d+/,
    do: async ({ ledger, sandbox }) => {
      const { diaObjectId, older } = await revisited(ledger);
      const { diaSourceId } = await ask(ledger, 'SELECT diaSourceId FROM provenance WHERE ID = ?', older);
      hold(sandbox, diaObjectId, (held) => ({
        ...held,
        classdict: JSON.stringify({ blame_diaSourceId: String(diaSourceId), provenance_ID: String(older), stem: 'x' }),
      }));
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair holds another number than the score',
    check: 'annotation',
    says: /Lasair holds the score 0\.123, and provenance \d+ is/,
    do: async ({ ledger, sandbox }) => {
      const { diaObjectId } = await revisited(ledger);
      hold(sandbox, diaObjectId, (held) => ({ ...held, classification: '0.123' }));
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair holds a dictionary that is none',
    check: 'annotation',
    says: /Lasair holds the score of source undefined/,
    do: async ({ ledger, sandbox }) => {
      const { diaObjectId } = await revisited(ledger);
      hold(sandbox, diaObjectId, (held) => ({ ...held, classdict: '{"blame_' }));
      return { object: diaObjectId };
    },
  },
  {
    name: 'the ledger has forgotten what Lasair holds',
    check: 'annotation',
    says: /the ledger has none as the score that Lasair holds/,
    do: async ({ ledger }) => {
      const { diaObjectId } = await revisited(ledger);
      await run(ledger, 'DELETE FROM annotation WHERE diaObjectId = ?', diaObjectId);
      return { object: diaObjectId };
    },
  },
  {
    name: 'Lasair has lost an annotation',
    check: 'annotation',
    says: /Lasair holds no annotation/,
    do: async ({ ledger, sandbox }) => {
      const { diaObjectId } = await revisited(ledger);
      (sandbox.annotations as Map<string, unknown>).delete(`r0b_lvra/${diaObjectId}`);
      return { object: diaObjectId };
    },
  },
];
