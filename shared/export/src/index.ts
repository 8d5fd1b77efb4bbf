export type { Cell, Column, ColumnType, Rows, Table } from './table.js';
