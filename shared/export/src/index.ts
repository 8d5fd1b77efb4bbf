export { FORMAT_NAMES, FORMATS, type Format, type FormatName } from './formats/format.js';
export type { Cell, Column, ColumnType, Rows, Table } from './table.js';
