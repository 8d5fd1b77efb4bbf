import { pythonFloat } from '@lvra/core';
import type { SimulatedObject } from '../object.js';
import type { DiaSource } from '../source.js';
import { fluxOfMagnitude } from '../survey.js';
import { writeObject, writePositionErrors } from './object.js';
import { float32Text, mysqlFloat } from './python-text.js';
import { singleFloat, writeForcedSource, writeLiteForcedSource, writeLiteSource, writeSource } from './source.js';

/** The form of `alert.ebv`: Lasair's converter has changed more than once. */
export type EbvForm = 'string' | 'number' | 'null';

/** One state of an object: its alert when it had `count` sources. Sources are in Lasair's order. */
export interface AlertState {
  readonly object: SimulatedObject;
  readonly count: number;
  /** When Lasair ran the filter, `YYYY-MM-DD HH:MM:SS`; absent in the records that a saved filter starts with. */
  readonly utc: string | undefined;
}

/** The full form: the filter's columns and all of the alert. */
export function writeFull(state: AlertState, ebv: EbvForm): string {
  const { object } = state;
  const alert =
    `{"diaObject": ${writeObject(object, sourcesOf(state))}, "diaSourcesList": ${sourceList(state, state.count)}, ` +
    `"diaForcedSourcesList": ${forcedList(object)}, "diaNondetectionLimitsList": [], ` +
    `"ebv": ${ebvText(object.context.ebv, ebv)}}`;
  return withAlert(state, alert);
}

/**
 * What Lasair sends when an annotation makes an object match: rebuilt from its database, which keeps only the newest
 * sources of an alert, and without ebv and limits.
 */
export function writeFromDatabase(state: AlertState): string {
  const { object } = state;
  const alert =
    `{"diaObjectId": ${object.id}, "diaObject": ${writeObject(object, sourcesOf(state))}, ` +
    `"diaSourcesList": ${sourceList(state, SOURCES_IN_DATABASE)}, "diaForcedSourcesList": ${forcedList(object)}}`;
  return withAlert(state, alert);
}

const SOURCES_IN_DATABASE = 4;

/** The lite form: the columns and the light curve. */
export function writeLite(state: AlertState): string {
  const sources = inOrder(state, sourcesOf(state).map(writeLiteSource));
  const forced = inOrder(state, state.object.forced.map(writeLiteForcedSource));
  return withAlert(state, `{"diaSourcesList": [${sources}], "diaForcedSourcesList": [${forced}]}`);
}

/** The plain form: the columns alone. Lasair also sends it when it no longer has the alert. */
export function writePlain(state: AlertState): string {
  return `{${columns(state)}}`;
}

function withAlert(state: AlertState, alert: string): string {
  return `{${columns(state)}, "alert": ${alert}}`;
}

function sourcesOf({ object, count }: AlertState): readonly DiaSource[] {
  return count === object.sources.length ? object.sources : object.sources.slice(0, count);
}

function sourceList(state: AlertState, limit: number): string {
  const { object, count } = state;
  const texts: string[] = [];
  for (let place = Math.max(0, count - limit); place < count; place++) {
    texts.push(writeSource(object.sources[place] as DiaSource, object.id, place === count - 1));
  }
  return `[${inOrder(state, texts)}]`;
}

function forcedList(object: SimulatedObject): string {
  const { id, ra, decl } = object;
  return `[${object.forced.map((forced) => writeForcedSource(forced, id, ra, decl)).join(', ')}]`;
}

/**
 * Lasair sorts newest first on arrival, and a feature module reverses the lists again, but not for objects that
 * Sherlock calls UNCLEAR.
 */
function inOrder(state: AlertState, oldestFirst: string[]): string {
  return (state.object.context.classification === 'UNCLEAR' ? oldestFirst.reverse() : oldestFirst).join(', ');
}

/** The columns of the team's filter in the order of its SELECT, and the time of the filter's run. */
function columns(state: AlertState): string {
  const { object, utc } = state;
  const { context } = object;
  const sources = sourcesOf(state);
  const first = sources[0] as DiaSource;
  const newest = sources[sources.length - 1] as DiaSource;
  const brightest = sources.reduce((best, source) => (source.psfFlux > best.psfFlux ? source : best));
  const absMag = absoluteMagnitude(brightest.psfFlux, context.distance);
  return (
    `"diaObjectId": ${object.id}, "lastDiaSourceMjdTai": ${pythonFloat(newest.visit.midpoint)}, ` +
    `"latestR": ${mysqlFloat(Math.fround(newest.reliability))}, "nDiaSources": ${sources.length}, ` +
    `"ebv": ${mysqlFloat(context.ebv)}, "ra": ${pythonFloat(object.ra)}, "decl": ${pythonFloat(object.decl)}, ` +
    `"tns_name": ${context.tnsName === null ? 'null' : `"${context.tnsName}"`}, "absMag": ${mysqlFloat(absMag)}, ` +
    `"absMagMJD": ${absMag === null ? 'null' : pythonFloat(brightest.visit.midpoint)}, ` +
    `"firstDiaSourceMjdTai": ${pythonFloat(first.visit.midpoint)}, ` +
    `"separationArcsec": ${context.separationArcsec === null ? 'null' : pythonFloat(round3(context.separationArcsec))}, ` +
    `"direct_distance": null, "distance": ${mysqlFloat(context.distance)}, "z": ${mysqlFloat(context.z)}, ` +
    `"photoZ": ${mysqlFloat(context.photoZ)}, "photoZErr": ${mysqlFloat(context.photoZErr)}, ` +
    `"physical_separation_kpc": ${mysqlFloat(context.physicalSeparationKpc)}, ` +
    `"sherlock_classifications": "${context.classification}", ` +
    `${writePositionErrors(sources, (value) => (Number.isNaN(value) ? 'null' : mysqlFloat(Math.fround(value))))}` +
    (utc === undefined ? '' : `, "UTC": "${utc}"`)
  );
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** AB magnitude at 10 pc of a flux in nJy at a distance in Mpc. */
function absoluteMagnitude(flux: number, distance: number | null): number | null {
  if (distance === null || flux <= 0) return null;
  return -2.5 * Math.log10(flux / fluxOfMagnitude(0)) - 5 * Math.log10(distance * 1e5);
}

function ebvText(ebv: number, form: EbvForm): string {
  switch (form) {
    case 'string':
      return `"${float32Text(ebv)}"`;
    case 'number':
      return singleFloat(ebv);
    case 'null':
      return 'null';
  }
}
