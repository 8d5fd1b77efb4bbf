export {
  type ExportedLabels,
  type ExportedTraining,
  exportLabels,
  exportTraining,
  type LabelOrder,
} from './export-labels.js';
export { type ExportedNight, type ExportOrder, exportNights } from './export-nights.js';
export { FORMAT_NAMES, FORMATS, type Format, type FormatName } from './formats/format.js';
export type { Cell, Column, ColumnType, Rows, Table } from './table.js';
export { checkVra, NIGHT_TABLES, type NightTableName } from './tables/index.js';
export { oneLightCurve } from './tables/light-curves.js';
