import { mjdTaiOf, Random } from '@lvra/core';
import { filterRunAfter } from './filter-run.js';
import { type SimulatedObject, simulateObject } from './object.js';
import type { DiaSource } from './source.js';
import { SourceCounts } from './source-counts.js';
import { Survey, type Visit } from './survey.js';
import { TRUTH_SHARES, type Truth } from './truth.js';
import { type AlertState, type EbvForm, writeFromDatabase, writeFull, writeLite, writePlain } from './write/message.js';

export { isReal, type Truth } from './truth.js';

export interface SimulatorOptions {
  /** The same seed and options give the same bytes. A whole number. */
  readonly seed: number;
  /** The first exposure: a time, or an MJD in TAI. Nights follow each other from there. */
  readonly start?: Date | number;
  /**
   * `full`: every message has the whole alert. `mixed` (the default): a few in a hundred are lite, plain,
   * without `alert`, rebuilt from Lasair's database, or sent twice.
   */
  readonly forms?: 'mixed' | 'full';
  /** Mean number of sources in an alert, from 4 to 30; each takes about 2.8 kB. */
  readonly meanSources?: number;
  /** Share of the objects that appear again later in the night, with one source more. */
  readonly revisits?: number;
}

export type AlertForm = 'full' | 'lite' | 'plain' | 'no-alert';

export interface SimulatedAlert {
  /** One message as Lasair writes it: one line, ASCII, no line end. */
  readonly text: string;
  readonly diaObjectId: bigint;
  /** Of the newest source, even if the message does not have it. */
  readonly diaSourceId: bigint;
  /** What the object really is. */
  readonly truth: Truth;
  readonly form: AlertForm;
}

/** 2026-02-02 at nightfall in Chile. */
const DEFAULT_START = 61073.03;

/** Rubin's ids count the days from 2010 in 15 bits, and a light curve reaches back for most of a year. */
const EARLIEST_START = 56000;
const LATEST_START = 86000;

/** Gives alerts of 40 kB, as in the Python pipeline's benchmark. */
const DEFAULT_MEAN_SOURCES = 14;

/** Alerts of one visit that pass the team's filter. */
const ALERTS_A_VISIT = 10;

/** How often `mixed` departs from the full form; the rest is full. */
const MIXTURE = { full: 0.91, database: 0.02, lite: 0.02, plain: 0.02, 'no-alert': 0.03 } as const;
const DUPLICATES = 0.02;
const EBV_FORMS: Readonly<Record<EbvForm, number>> = { string: 0.85, number: 0.05, null: 0.1 };

/**
 * Messages of the team's Lasair filter, without end, visit after visit and night after night. Every object passes the
 * filter: two sources at least, newest reliability above 0.5, a Sherlock class that it accepts.
 *
 * @throws RangeError if an option is outside its range
 */
export function* simulateAlerts(options: SimulatorOptions): Generator<SimulatedAlert, never, undefined> {
  const { seed, forms = 'mixed', revisits = 0.05 } = options;
  const sources = new SourceCounts(options.meanSources ?? DEFAULT_MEAN_SOURCES);
  const start = options.start instanceof Date ? mjdTaiOf(options.start) : (options.start ?? DEFAULT_START);
  checkOptions(seed, start, revisits);
  const random = new Random(seed);
  const survey = new Survey(seed, start);
  const comingAgain = new Map<string, SimulatedObject[]>();
  let serial = 0;
  for (let place = 0; ; place++) {
    const visit = survey.visitAt(place);
    const known = comingAgain.get(visit.number) ?? [];
    comingAgain.delete(visit.number);
    for (const object of known) {
      yield* messagesOf({ object, count: object.sources.length, utc: filterRunAfter(visit.midpoint) }, forms, random);
    }
    for (let fresh = known.length; fresh < ALERTS_A_VISIT; fresh++) {
      const truth = random.pick(TRUTH_SHARES);
      const later = random.chance(revisits) ? survey.neighbour(visit, random.whole(1, 8)) : undefined;
      const plan = { truth, serial: serial++, trigger: visit, later, sources: sources.draw(truth, random) };
      const object = simulateObject(plan, survey, seed, random);
      if (later) remember(comingAgain, later, object);
      const count = object.sources.length - (later ? 1 : 0);
      yield* messagesOf({ object, count, utc: filterRunAfter(visit.midpoint) }, forms, random);
    }
  }
}

function checkOptions(seed: number, start: number, revisits: number): void {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${seed} is not a whole number of at most 53 bits`);
  if (!(start >= EARLIEST_START && start <= LATEST_START)) {
    throw new RangeError(`start ${start} is not an MJD from ${EARLIEST_START} to ${LATEST_START} (2012 to 2094)`);
  }
  if (!(revisits >= 0 && revisits <= 1)) throw new RangeError(`revisits ${revisits} is not a share from 0 to 1`);
}

function remember(comingAgain: Map<string, SimulatedObject[]>, later: Visit, object: SimulatedObject): void {
  const objects = comingAgain.get(later.number);
  if (objects) objects.push(object);
  else comingAgain.set(later.number, [object]);
}

/** One message, and now and then the same object's a second time. */
function* messagesOf(state: AlertState, forms: 'mixed' | 'full', random: Random): Generator<SimulatedAlert> {
  const alert = (text: string, form: AlertForm): SimulatedAlert => ({
    text,
    diaObjectId: BigInt(state.object.id),
    diaSourceId: BigInt((state.object.sources[state.count - 1] as DiaSource).id),
    truth: state.object.truth,
    form,
  });
  const ebv = random.pick(EBV_FORMS);
  if (forms === 'full') {
    yield alert(writeFull(state, ebv), 'full');
    return;
  }
  const form = random.pick(MIXTURE);
  switch (form) {
    case 'full': {
      const full = alert(writeFull(state, ebv), 'full');
      yield full;
      if (random.chance(DUPLICATES)) yield random.chance(0.5) ? full : alert(writePlain(state), 'no-alert');
      return;
    }
    case 'database':
      yield alert(writeFromDatabase(state), 'full');
      return;
    case 'lite':
      yield alert(writeLite(state), 'lite');
      return;
    case 'plain':
      // Half of them are the first records of a saved filter's new topic; these have no UTC.
      yield alert(writePlain(random.chance(0.5) ? state : { ...state, utc: undefined }), 'plain');
      return;
    case 'no-alert':
      yield alert(writePlain(state), 'no-alert');
  }
}
