import {
  type Epoch,
  envelopeInFile,
  type JsonRecord,
  type LightCurve,
  lightCurveOf,
  readValue,
  scanBatch,
} from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import { pointOf } from '@lvra/operations';
import type { Column } from '../table.js';
import { column, DIA_OBJECT_ID, type RowsOf, STEM } from './columns.js';
import { filesOf, rowsOfEach, type StemFile } from './files-of-stems.js';
import { cellsOf, POINT_COLUMNS } from './light-curves.js';
import type { NightTable, Source, WhichRows } from './night-table.js';
import { knownColumn } from './source-columns.js';

/** What the newest source of an alert is asked for: all of a point but its kind. */
const SOURCE_COLUMNS = POINT_COLUMNS.filter(({ name }) => name !== 'kind').map((each) =>
  each.name === 'id' ? column('diaSourceId', 'int64', 'Newest source of the alert.', null, 'meta.id;meta.main') : each,
);

/** Columns of the filter, under its names. */
const FILTER_COLUMNS = [
  ...['nDiaSources', 'firstDiaSourceMjdTai', 'lastDiaSourceMjdTai', 'latestR', 'sherlock_classifications'],
  ...['separationArcsec', 'z', 'photoZ', 'photoZErr', 'distance', 'absMag', 'absMagMJD'],
].map((name) => knownColumn(name) as Column);

const COLUMNS: readonly Column[] = [
  STEM,
  column('position', 'int32', 'Place of the alert in its batch, from 0.', null, 'meta.record'),
  column('receivedMs', 'int64', 'When Kafka had the alert, since 1970-01-01 UTC; missing if unknown.', 'ms', 'time'),
  { ...DIA_OBJECT_ID, ucd: 'meta.id' },
  ...SOURCE_COLUMNS,
  column('objectRa', 'double', 'Right ascension of the object, ICRS.', 'deg', 'pos.eq.ra'),
  column('objectDecl', 'double', 'Declination of the object, ICRS.', 'deg', 'pos.eq.dec'),
  column('ebv', 'double', 'Reddening by the Galaxy, E(B-V).', 'mag', 'phot.color.excess'),
  column('tnsName', 'text', 'Name at TNS, if Lasair knew one then.', null, 'meta.id'),
  column('sources', 'int32', 'Detections in the alert.', null, 'meta.number'),
  column('forced', 'int32', 'Forced photometry and limits in the alert.', null, 'meta.number'),
  ...FILTER_COLUMNS,
];

/** Every alert of a night, in the order of stems and of their batch files: what it says of its newest source and its object. */
export async function alerts(source: Source, { night }: WhichRows): Promise<NightTable> {
  const { files, gone, unmade } = await filesOf(source, night, (stem) => source.paths.batch(stem));
  const unreadable: string[] = [];
  return {
    name: 'alerts',
    description: `Alerts of the night ${night.name}.`,
    columns: COLUMNS,
    ...{ gone, unmade, unreadable },
    rows: () => rowsOfEach(files, COLUMNS, unreadable, (file, rows) => addRows(source, file, rows)),
  };
}

async function* addRows({ ledger }: Source, { stem, path }: StemFile, rows: RowsOf): AsyncGenerator<void> {
  const received = await ledger.batches.receivedMs(stem);
  for await (const { position, result } of scanBatch(path, alertAt)) {
    const at = received?.[position] ?? Number.NaN;
    const place = [stem, position, Number.isNaN(at) ? null : Math.round(at)];
    // What cannot be read as an alert is in quarantine, and has its place here.
    rows.add(result instanceof AlertRejected ? place : [...place, ...result]);
    yield;
  }
}

/** The cells of an alert from its diaObjectId on. */
function alertAt(...[cursor, bytes]: Parameters<Parameters<typeof scanBatch>[1]>): readonly unknown[] {
  const begin = cursor.position;
  const { diaObjectId } = envelopeInFile(cursor, bytes);
  cursor.position = begin;
  const message = readValue(cursor, bytes) as JsonRecord;
  const curve = lightCurveOf(diaObjectId, message);
  return [
    diaObjectId,
    ...sourceCells(curve),
    ...objectCells(curve, message),
    ...FILTER_COLUMNS.map(({ name }) => unquoted(message[name])),
  ];
}

function sourceCells(curve: LightCurve | undefined): readonly unknown[] {
  if (!curve) return SOURCE_COLUMNS.map(() => null);
  const [, ...cells] = cellsOf(pointOf(curve.sources.at(-1) as Epoch));
  return cells;
}

function objectCells(curve: LightCurve | undefined, message: JsonRecord): readonly unknown[] {
  if (!curve) return [message.ra, message.decl, unquoted(message.ebv), message.tns_name, null, null];
  return [curve.ra, curve.decl, curve.ebv, curve.tnsName, curve.sources.length, curve.forced.length];
}

/** Lasair writes some numbers in quotes. */
function unquoted(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d*)?(e[-+]?\d+)?$/i.test(value) ? Number(value) : value;
}
