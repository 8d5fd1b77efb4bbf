import type { Table } from '../table.js';
import { csvOf } from './csv.js';
import { linesOfJson } from './ndjson.js';
import { parquetOf } from './parquet.js';
import { votableOf } from './votable.js';

export const FORMAT_NAMES = ['parquet', 'csv', 'votable', 'ndjson'] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];

export interface Format {
  /** Of a file's name, without the dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** The file from its first byte to its last; rows are read when the next piece is asked for. */
  readonly bytesOf: (table: Table) => AsyncIterable<Uint8Array>;
}

export const FORMATS: Readonly<Record<FormatName, Format>> = {
  parquet: { extension: 'parquet', mediaType: 'application/vnd.apache.parquet', bytesOf: parquetOf },
  csv: { extension: 'csv', mediaType: 'text/csv; charset=utf-8; header=present', bytesOf: csvOf },
  votable: { extension: 'vot', mediaType: 'application/x-votable+xml; charset=utf-8', bytesOf: votableOf },
  ndjson: { extension: 'ndjson', mediaType: 'application/x-ndjson', bytesOf: linesOfJson },
};
