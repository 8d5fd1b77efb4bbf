import {
  envelopeInFile,
  type JsonRecord,
  type LightCurve,
  lightCurveOf,
  mergeLightCurves,
  readValue,
  scanBatch,
} from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import { type ObjectLightCurve, type Point, pointsOf } from '@lvra/operations';
import type { Column, Table } from '../table.js';
import { column, DIA_OBJECT_ID, RowsOf, STEM } from './columns.js';
import { filesOf, rowsOfEach, type StemFile } from './files-of-stems.js';
import type { NightTable, Source, WhichRows } from './night-table.js';

const FLUX = (name: string, of: string) => [
  column(name, 'double', `Flux ${of}.`, 'nJy', 'phot.flux.density'),
  column(`${name}Err`, 'double', `Error of ${name}.`, 'nJy', 'stat.error;phot.flux.density'),
];

/** What a light curve has of each point, as `Point` names it. */
export const POINT_COLUMNS: readonly Column[] = [
  column('kind', 'text', 'detection, forced (at the position of the object), or limit (nothing was detected).'),
  column('id', 'int64', 'diaSourceId of a detection, diaForcedSourceId if it is forced.', null, 'meta.id'),
  column('midpointMjdTai', 'double', 'Middle of the exposure, MJD in TAI.', 'd', 'time.epoch'),
  column('band', 'text', 'Filter: u, g, r, i, z or y.', null, 'instr.bandpass'),
  ...FLUX('psfFlux', 'of a point in the difference image; that of a limit is missing, its error is the noise'),
  ...FLUX('scienceFlux', 'of a point in the science image'),
  ...FLUX('templateFlux', 'of a point in the template'),
  column('snr', 'double', 'Signal to noise of the detection.', null, 'stat.snr'),
  column('ra', 'double', 'Right ascension of this source, ICRS.', 'deg', 'pos.eq.ra;meta.main'),
  column('decl', 'double', 'Declination of this source, ICRS.', 'deg', 'pos.eq.dec;meta.main'),
  column('visit', 'int64', 'Exposure, as Rubin numbers it.', null, 'meta.id;obs'),
  column('isNegative', 'boolean', 'It is fainter than in the template.', null, 'meta.code'),
  column('reliability', 'double', 'From 0, an artefact, to 1, astrophysical.', null, 'stat.probability'),
  column('unusable', 'text', 'Why the flux cannot be used; missing if it can.', null, 'meta.note'),
];

const COLUMNS: readonly Column[] = [DIA_OBJECT_ID, ...POINT_COLUMNS, STEM];

/** The cells of a point in the order of POINT_COLUMNS. */
export function cellsOf(point: Point): readonly unknown[] {
  return POINT_COLUMNS.map(({ name, type }) => {
    const value = point[name as keyof Point];
    // Ids are decimal strings in a point.
    return type === 'int64' && value !== null ? BigInt(value as string) : value;
  });
}

/** The light curve of one object. */
export function oneLightCurve({ diaObjectId, points }: ObjectLightCurve): Table {
  const columns = [DIA_OBJECT_ID, ...POINT_COLUMNS];
  return {
    name: 'light-curve',
    description: `Light curve of the object ${diaObjectId}, as its alerts have it.`,
    columns,
    async *rows() {
      const rows = new RowsOf(columns);
      for (const point of points) rows.add([BigInt(diaObjectId), ...cellsOf(point)]);
      yield rows.take();
    },
  };
}

/** Every point of every object of a night, as its newest alert of the night has it: the newest stem first. */
export async function lightCurves(source: Source, { night }: WhichRows): Promise<NightTable> {
  const { files, gone, unmade } = await filesOf(source, night, (stem) => source.paths.batch(stem));
  const unreadable: string[] = [];
  return {
    name: 'light-curves',
    description: `Light curves of the objects of the night ${night.name}, as the newest alert of each has it.`,
    columns: COLUMNS,
    ...{ gone, unmade, unreadable },
    rows() {
      const seen = new Set<bigint>();
      return rowsOfEach(files.toReversed(), COLUMNS, unreadable, (file, rows) => addRows(source, file, rows, seen));
    },
  };
}

/** @param seen the objects that newer stems have; those of this one are added */
async function* addRows(
  { ledger }: Source,
  { stem, path }: StemFile,
  rows: RowsOf,
  seen: Set<bigint>,
): AsyncGenerator<void> {
  const add = (curve: LightCurve) => {
    for (const point of pointsOf(curve)) rows.add([curve.diaObjectId, ...cellsOf(point), stem]);
  };
  const mayRepeat = await repeatsIn(ledger, stem);
  const kept = new Map<bigint, LightCurve[]>();
  let fault: unknown;
  try {
    for await (const curve of unseenIn(path, seen)) {
      const { diaObjectId: id } = curve;
      if (mayRepeat(id)) {
        kept.set(id, [...(kept.get(id) ?? []), curve]);
      } else {
        seen.add(id);
        add(curve);
        yield;
      }
    }
  } catch (error) {
    fault = error;
  }
  for (const [id, curves] of kept) {
    seen.add(id);
    add(mergeLightCurves(curves));
    yield;
  }
  if (fault !== undefined) throw fault;
}

/** Tells the objects of which a batch file has several alerts; all may be, where nobody kept whose they are. */
async function repeatsIn(ledger: Source['ledger'], stem: string): Promise<(id: bigint) => boolean> {
  const places = await ledger.places.of(stem);
  if (!places) return () => true;
  const once = new Set<bigint>();
  const repeated = new Set<bigint>();
  for (const id of places.diaObjectIds) (once.has(id) ? repeated : once).add(id);
  return (id) => repeated.has(id);
}

/** The light curves of a batch file, of all alerts whose objects were not seen before. */
async function* unseenIn(path: string, seen: ReadonlySet<bigint>): AsyncGenerator<LightCurve> {
  const alerts = scanBatch(path, (cursor, bytes) => {
    const begin = cursor.position;
    const { diaObjectId } = envelopeInFile(cursor, bytes);
    if (seen.has(diaObjectId)) return undefined;
    cursor.position = begin;
    return lightCurveOf(diaObjectId, readValue(cursor, bytes) as JsonRecord);
  });
  for await (const { result } of alerts) if (result && !(result instanceof AlertRejected)) yield result;
}
