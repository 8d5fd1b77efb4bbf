import { FastScanner, JsonCursor, KIND, keyIs } from '@lvra/alerts';
import { AlertRejected, parseId, shortDecimal } from '@lvra/core';
import { FieldList } from './fields.js';
import { numberOf, shown } from './numbers.js';

/** The numbers needed of every source. */
const WANTED = ['midpointMjdTai', 'psfFlux'] as const;

const COMMA = 0x2c;

/** Scans sources that hold only plain values, as Lasair's do. */
const plainSources = new FastScanner(WANTED);

/**
 * What the features need of one alert, as places in its bytes. One instance is filled for every alert in turn.
 */
export class AlertView {
  bytes: Buffer = Buffer.alloc(0);
  /** False if the message has no `alert`, or null; then there is no feature row. */
  hasAlert = false;
  /** All top-level fields except `alert`. */
  readonly message = new FieldList();
  /** All fields of the latest source. */
  readonly source = new FieldList();
  /** Of each source in list order: psfFlux in nJy (NaN if null) and midpointMjdTai in days. */
  readonly fluxes: number[] = [];
  readonly times: number[] = [];
  /** Index of the latest source: the greatest midpointMjdTai, then the greatest diaSourceId. */
  latest = -1;
  diaObjectId = 0n;
  /** Of the latest source. */
  diaSourceId = 0n;
}

/**
 * Reads one message into `view`.
 *
 * The order of diaSourcesList is not guaranteed. Only the latest source is read in full; of the others flux and time.
 *
 * @throws AlertRejected if no feature row can be made of the alert; JsonError if the bytes are not JSON
 */
export function readAlert(cursor: JsonCursor, bytes: Buffer, view: AlertView): void {
  view.bytes = bytes;
  view.hasAlert = false;
  view.message.clear();
  view.source.clear();
  let sources = 0;
  if (cursor.peek() !== 0x7b) throw new AlertRejected('not_json', 'the alert is not a JSON object');
  if (cursor.enterObject()) {
    do {
      cursor.key();
      if (keyIs(bytes, cursor, 'alert')) {
        view.hasAlert = cursor.peek() === 0x7b;
        if (view.hasAlert) sources = readSources(cursor, bytes, view);
        else if (cursor.value(1) !== KIND.null) throw new AlertRejected('no_sources', '`alert` is not an object');
        continue;
      }
      view.message.open(cursor);
      view.message.close(cursor, cursor.value(1));
    } while (cursor.nextInObject());
  }
  if (!view.hasAlert) return;
  if (sources === 0) throw new AlertRejected('no_sources', 'the alert has no diaSourcesList, or an empty one');
  readIds(view);
}

/** @returns how many sources there are */
function readSources(cursor: JsonCursor, bytes: Buffer, view: AlertView): number {
  let sources = 0;
  if (cursor.enterObject()) {
    do {
      cursor.key();
      if (!keyIs(bytes, cursor, 'diaSourcesList')) {
        cursor.value(2);
        continue;
      }
      if (cursor.peek() !== 0x5b) throw new AlertRejected('no_sources', 'diaSourcesList is not a list');
      sources = readSourceList(cursor, bytes, view);
    } while (cursor.nextInObject());
  }
  return sources;
}

function readSourceList(cursor: JsonCursor, bytes: Buffer, view: AlertView): number {
  view.fluxes.length = 0;
  view.times.length = 0;
  view.latest = -1;
  let latestTime = Number.NEGATIVE_INFINITY;
  let latestStart = -1;
  if (!cursor.enterArray()) return 0;
  do {
    if (cursor.peek() !== 0x7b)
      throw new AlertRejected('no_sources', 'diaSourcesList holds something that is not an object');
    const start = cursor.position;
    const time = readFluxAndTime(cursor, bytes, view);
    if (time > latestTime || (time === latestTime && idBehind(bytes, start) > idBehind(bytes, latestStart))) {
      latestTime = time;
      latestStart = start;
      view.latest = view.times.length - 1;
    }
  } while (cursor.nextInArray());
  const after = cursor.position;
  cursor.position = latestStart;
  readFields(cursor, view.source);
  cursor.position = after;
  return view.times.length;
}

/** Reads through one source. @returns its midpointMjdTai, days */
function readFluxAndTime(cursor: JsonCursor, bytes: Buffer, view: AlertView): number {
  const start = cursor.position;
  const isPlain = cursor.tryFlatObject(plainSources);
  if (!isPlain) cursor.value(3);
  const end = cursor.position;
  const [time, flux] = isPlain
    ? [plainNumber(bytes, end, 0), plainNumber(bytes, end, 1)]
    : [numberIn(bytes, start, end, 0), numberIn(bytes, start, end, 1)];
  if (!Number.isFinite(time)) {
    throw new AlertRejected('source_incomplete', 'a source has no midpointMjdTai, so the latest is not known');
  }
  view.fluxes.push(flux);
  view.times.push(time);
  return time;
}

/** Reads within one source that is known to be valid JSON. */
const inSource = new JsonCursor();
/** The fields of one of two sources of the same time. */
const tied = new FieldList();

/** A wanted number of the plain source taken last; NaN if it is missing, null or NaN. */
function plainNumber(bytes: Buffer, end: number, wanted: 0 | 1): number {
  const at = plainSources.places[wanted] as number;
  const number = at === -1 ? Number.NaN : shortDecimal(bytes, at, endOfPlain(bytes, at));
  return Number.isNaN(number) ? numberAt(bytes, at, end, WANTED[wanted]) : number;
}

/** Where a number that begins at `at` ends, if a comma follows it; behind it if it is the last of its object. */
function endOfPlain(bytes: Buffer, at: number): number {
  let end = at;
  while ((bytes[end] as number) > COMMA) end++;
  return end;
}

/** A wanted number of any source, read field by field: of a repeated key the last one counts. */
function numberIn(bytes: Buffer, start: number, end: number, wanted: 0 | 1): number {
  inSource.reset(bytes, start, end);
  let at = -1;
  if (!inSource.enterObject()) return Number.NaN;
  do {
    inSource.key();
    const isWanted = keyIs(bytes, inSource, WANTED[wanted]);
    inSource.value(4);
    if (isWanted) at = inSource.valueStart;
  } while (inSource.nextInObject());
  return numberAt(bytes, at, end, WANTED[wanted]);
}

function numberAt(bytes: Buffer, at: number, end: number, name: string): number {
  if (at === -1) return Number.NaN;
  const kind = inSource.reset(bytes, at, end).value(4);
  const { valueStart, valueEnd } = inSource;
  const number = numberOf(bytes, valueStart, valueEnd, kind);
  if (number !== undefined) return number;
  throw new AlertRejected('not_a_number', `${name} of a source is ${shown(bytes, valueStart, valueEnd)}, not a number`);
}

/** The diaSourceId of the source that begins at `start` and is known to be valid JSON; -1 if it has none. */
function idBehind(bytes: Buffer, start: number): bigint {
  readFields(inSource.reset(bytes, start), tied);
  return idIn(bytes, tied, 'diaSourceId') ?? -1n;
}

function readFields(cursor: JsonCursor, fields: FieldList): void {
  fields.clear();
  if (!cursor.enterObject()) return;
  do {
    cursor.key();
    fields.open(cursor);
    fields.close(cursor, cursor.value(4));
  } while (cursor.nextInObject());
}

/** Both ids, exact; the latest source must belong to the object that the message is about. */
function readIds(view: AlertView): void {
  const diaObjectId = idIn(view.bytes, view.message, 'diaObjectId');
  if (diaObjectId === undefined) {
    throw new AlertRejected('no_dia_object_id', 'diaObjectId is missing or not a 64-bit integer');
  }
  const diaSourceId = idIn(view.bytes, view.source, 'diaSourceId');
  const sourceDiaObjectId = idIn(view.bytes, view.source, 'diaObjectId');
  if (diaSourceId === undefined || sourceDiaObjectId === undefined) {
    throw new AlertRejected(
      'source_incomplete',
      'the latest source has no diaSourceId or diaObjectId: a lite alert, perhaps; the Lasair filter must send full ones',
    );
  }
  if (diaObjectId !== sourceDiaObjectId) {
    throw new AlertRejected(
      'ids_disagree',
      `the message is about diaObjectId ${diaObjectId}, its latest source belongs to ${sourceDiaObjectId}`,
    );
  }
  view.diaObjectId = diaObjectId;
  view.diaSourceId = diaSourceId;
}

function idIn(bytes: Buffer, fields: FieldList, name: string): bigint | undefined {
  const field = fields.find(bytes, name);
  if (field === -1 || fields.kind(field) !== KIND.integer) return undefined;
  return parseId(bytes.toString('latin1', fields.valueStart(field), fields.valueEnd(field)));
}
