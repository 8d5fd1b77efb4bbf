import type { Ledger } from '@lvra/ledger';
import type { Rows, Table } from '../table.js';
import { column, DIA_OBJECT_ID, RowsOf } from './columns.js';

const ROWS_AT_ONCE = 2_000;

/** Named as `lvra labels import` reads them. */
export const LABEL = column('label', 'text', 'The label that a person gave the object.', null, 'meta.code.class');
export const WHO = column('who', 'text', 'Who says so.', null, 'meta.id.assoc');
export const WHEN = column('when', 'text', 'When it was said, ISO 8601, UTC.', null, 'time');

const COLUMNS = [
  DIA_OBJECT_ID,
  LABEL,
  WHO,
  WHEN,
  column('counts', 'boolean', 'It is the last label of its object, which counts.', null, 'meta.code'),
];

/** Every label, in the order in which they were recorded. */
export function labels(ledger: Ledger): Table {
  return {
    name: 'labels',
    description: 'Labels of objects.',
    columns: COLUMNS,
    async *rows(): AsyncGenerator<Rows> {
      const newest = await ledger.labels.newest();
      const rows = new RowsOf(COLUMNS);
      for (let last = 0n; ; ) {
        const some = await ledger.labels.after(last, ROWS_AT_ONCE);
        if (some.length === 0) return;
        for (const { id, diaObjectId, label, who, at } of some) {
          rows.add([diaObjectId, label, who, whenOf(at), newest.get(diaObjectId)?.id === id]);
          last = id;
        }
        yield rows.take();
      }
    },
  };
}

/** @param at ms since 1970 */
export function whenOf(at: number): string {
  return new Date(at).toISOString();
}
