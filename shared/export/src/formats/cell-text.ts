import type { Cell, Column } from '../table.js';

/** What the text formats write differently. */
export interface TextRules {
  /** An ID, from its decimal digits. */
  id(digits: string): string;
  text(text: string): string;
  readonly infinity: { readonly plus: string; readonly minus: string };
}

/** Null, or a number that is none: in all formats a missing cell. */
export const isMissing = (cell: Cell): cell is null => cell === null || Number.isNaN(cell);

/** Writes the cells of a column that are not missing. What is not of the column's type is refused, and not rounded. */
export function cellWriter(column: Column, rules: TextRules): (cell: Cell) => string {
  const refused = (cell: Cell) =>
    new TypeError(`A cell of ${column.name}, which is ${column.type}, is a ${typeof cell}`);
  switch (column.type) {
    case 'int64':
      return (cell) => {
        if (typeof cell !== 'bigint') throw refused(cell);
        return rules.id(cell.toString());
      };
    case 'int32':
      return (cell) => {
        if (typeof cell !== 'number') throw refused(cell);
        return cell.toString();
      };
    case 'double':
      return (cell) => {
        if (typeof cell !== 'number') throw refused(cell);
        return doubleText(cell, rules.infinity);
      };
    case 'boolean':
      return (cell) => {
        if (typeof cell !== 'boolean') throw refused(cell);
        return cell ? 'true' : 'false';
      };
    case 'text':
      return (cell) => {
        if (typeof cell !== 'string') throw refused(cell);
        return rules.text(cell);
      };
  }
}

/**
 * The fewest digits that are read back as the same double. With a fraction where there is no exponent, so that a column of
 * whole numbers is no column of integers to who reads it; and with the sign of a zero, which JavaScript leaves out.
 */
function doubleText(value: number, infinity: TextRules['infinity']): string {
  if (!Number.isFinite(value)) return value > 0 ? infinity.plus : infinity.minus;
  if (!Number.isInteger(value)) return value.toString();
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const text = value.toString();
  return text.includes('e') ? text : `${text}.0`;
}
