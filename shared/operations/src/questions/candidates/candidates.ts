import { UsageError } from '@lvra/core';
import type { Fate } from '@lvra/ledger';
import { type NightSpan, nightNamed, nightOfStem } from '../../night-span.js';
import type { Look } from '../../open-ledger.js';
import { type Candidate, type Chosen, shownRows } from './candidate.js';
import { findChanges, MOST_CHANGES } from './changes.js';
import { type Cone, separation } from './cone.js';
import { withFate } from './fates.js';
import { type Filter, matching, type Unknown } from './filter.js';
import { withLabel } from './labelled.js';
import { loadedNights } from './night/loaded-nights.js';
import { newestRows } from './night/newest-rows.js';
import type { NightColumns } from './night/night-columns.js';
import { scoresOf, scoresOfOtherVersions } from './night/other-scores.js';
import { firstRows, type Order, placeOf, placeText } from './order.js';

/** What candidates are ordered by: each by the greatest first with a minus before it. */
export const SORTS = ['score', 'time', 'magnitude', 'change', 'difference', 'distance'] as const;
export type Sort = (typeof SORTS)[number] | `-${(typeof SORTS)[number]}`;

/** In place of another VRA: other versions of its own model. */
export const OTHER_VERSIONS = 'versions';

export interface CandidatesQuestion extends Omit<Filter, 'version' | 'fromId'> {
  /** By default the first one in the settings. */
  readonly vra?: string | undefined;
  /** YYYYMMDD or YYYY-MM-DD: from the noon before that date to its noon, UTC. By default the newest with a score. */
  readonly night?: string | undefined;
  /** Of the model. */
  readonly version?: string | undefined;
  readonly fate?: Fate | undefined;
  /** Recorded then or later, ms since 1970. */
  readonly since?: number | undefined;
  /** With or without a name at TNS from a report that was sent from here. */
  readonly tns?: 'with' | 'without' | undefined;
  /** With a label, without one, or with this one. */
  readonly label?: string | undefined;
  /** Another VRA, or OTHER_VERSIONS: whose scores of the same sources are shown beside these. */
  readonly against?: string | undefined;
  /** How far the two scores differ at least. */
  readonly differs?: number | undefined;
  /** Each object once, by its newest score in the night; or every score. */
  readonly rows?: 'objects' | 'sources' | undefined;
  readonly sort?: Sort | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A page of the candidates of a night. Ids are decimal strings, times ISO 8601 in UTC; null is unknown. */
export interface Candidates {
  readonly vra: string;
  /** YYYYMMDD; null if the VRA has scored nothing. */
  readonly night: string | null;
  readonly began: string | null;
  readonly ends: string | null;
  /** The nights with scores before it and after it. */
  readonly nightBefore: string | null;
  readonly nightAfter: string | null;
  /** Scores in the night, those left out as unusable not among them. */
  readonly scores: number;
  /** Of a night with more scores than are kept, the first stem that is looked at; null where all are. */
  readonly beginsAt: string | null;
  /** Scores without an object or a finite value. */
  readonly unusable: number;
  /** Of the model, in the night. */
  readonly versions: readonly string[];
  /** Candidates before any filter but the version's. */
  readonly considered: number;
  readonly matched: number;
  /** Where ordering all of them would take long: these many, with the highest scores, are ordered. */
  readonly orderedAmong: number | null;
  /** Of those considered: left out because what they are filtered by is unknown. */
  readonly unknown: Unknown;
  readonly candidates: readonly Candidate[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

/** @throws UsageError if there is no such VRA or night, or something cannot be asked so */
export async function candidates(look: Look, question: CandidatesQuestion): Promise<Candidates> {
  const { ledger } = look;
  const { vra = look.vras[0] ?? '', rows = 'objects', sort = '-score', limit } = question;
  assertVra(look, vra);
  const after = question.after === undefined ? undefined : placeOf(question.after);
  if (question.after !== undefined && after === undefined) {
    throw new UsageError(`${JSON.stringify(question.after)} is no place to go on at: begin at the first page`);
  }
  const span = question.night === undefined ? await newestNight(look, vra) : nightNamed(question.night);
  if (span === undefined) return nothingIn(vra);
  const loaded = loadedNights(ledger);
  const night = await loaded.of(vra, span);
  const length = night.length;
  const version = question.version === undefined ? undefined : (night.versions.find(question.version) ?? -1);
  const considered = rows === 'objects' ? newestRows(night, length, version) : everyRow(length);
  const others = await otherScores(look, question, { vra, span, night, length });
  const fromId = question.since === undefined ? undefined : await ledger.nights.firstIdSince(question.since);
  const passing = matching(night, considered, { ...question, version, fromId });
  const named = await ledger.tns.names();
  let matched = passing.rows;
  if (question.tns !== undefined) {
    const wanted = question.tns === 'with';
    matched = matched.filter((row) => named.has(night.columns.object[row] as bigint) === wanted);
  }
  if (question.label !== undefined) matched = await withLabel(ledger, night, matched, question.label);
  if (question.differs !== undefined && others !== undefined) {
    const least = question.differs;
    matched = matched.filter((row) => Math.abs(differenceOf(night, others, row)) >= least);
  }
  if (question.fate !== undefined) matched = await withFate(ledger, vra, night, matched, question.fate);
  const orderedAmong = sort.endsWith('change') && matched.length > MOST_CHANGES ? MOST_CHANGES : null;
  let ordered = matched;
  if (sort.endsWith('change')) {
    if (orderedAmong !== null) ordered = highest(night, matched, orderedAmong);
    await findChanges(ledger, vra, night, ordered);
  }
  const order = orderOf(night, sort, question.cone, others);
  const first = firstRows(ordered, order, limit + 1, after);
  const shown = first.slice(0, limit);
  const last = shown.at(-1);
  const chosen: Chosen = { vra, night, rows: shown, others, named, cone: question.cone };
  const found = await shownRows(ledger, chosen);
  // Scores that a repair removed meanwhile.
  if (found.length < shown.length) loaded.clear();
  return {
    ...{ vra, night: span.name, began: isoOf(span.began), ends: isoOf(span.ends) },
    ...(await neighbours(look, vra, span)),
    beginsAt: night.beginsAt ?? null,
    ...{ scores: length, unusable: night.unusable, considered: considered.length, matched: matched.length },
    versions: night.versions.all.filter((each) => each !== null),
    ...{ orderedAmong, unknown: passing.unknown, candidates: found },
    next: first.length > limit && last !== undefined ? placeText({ key: order.key(last), id: order.id(last) }) : null,
  };
}

/** What a table of all candidates holds at most: a second's work. */
const MOST_AT_ONCE = 10_000;

/** All of them in one answer, wherever a page would begin. @throws UsageError too if there are more than can be answered at once */
export async function everyCandidate(
  look: Look,
  question: Omit<CandidatesQuestion, 'limit' | 'after'>,
): Promise<Candidates> {
  const all = { ...question, after: undefined };
  const { matched } = await candidates(look, { ...all, limit: 1 });
  if (matched > MOST_AT_ONCE) {
    throw new UsageError(
      `there are ${matched} of them, and at most ${MOST_AT_ONCE} come at once: filter them, or page`,
    );
  }
  return candidates(look, { ...all, limit: MOST_AT_ONCE });
}

function assertVra({ vras }: Look, vra: string): void {
  if (!vras.includes(vra)) throw new UsageError(`there is no VRA ${vra}: the settings have ${vras.join(', ')}`);
}

async function newestNight({ ledger }: Look, vra: string): Promise<NightSpan | undefined> {
  const last = await ledger.nights.stemBefore(vra, ':');
  return last === undefined ? undefined : nightOfStem(last);
}

async function neighbours({ ledger }: Look, vra: string, { from, before }: NightSpan) {
  const earlier = await ledger.nights.stemBefore(vra, from);
  const later = await ledger.nights.stemFrom(vra, before);
  return {
    nightBefore: earlier === undefined ? null : nightOfStem(earlier).name,
    nightAfter: later === undefined ? null : nightOfStem(later).name,
  };
}

function nothingIn(vra: string): Candidates {
  return {
    ...{ vra, night: null, began: null, ends: null, nightBefore: null, nightAfter: null },
    ...{
      beginsAt: null,
      scores: 0,
      unusable: 0,
      versions: [],
      considered: 0,
      matched: 0,
      orderedAmong: null,
      candidates: [],
      next: null,
    },
    unknown: { flags: 0, band: 0, magnitude: 0, position: 0 },
  };
}

/** By row; undefined if nothing is compared. */
async function otherScores(
  look: Look,
  { against }: CandidatesQuestion,
  { vra, span, night, length }: { vra: string; span: NightSpan; night: NightColumns; length: number },
): Promise<Float64Array | undefined> {
  if (against === undefined) return undefined;
  if (against === OTHER_VERSIONS || against === vra) return scoresOfOtherVersions(night, length);
  assertVra(look, against);
  return scoresOf(await loadedNights(look.ledger).of(against, span), night, length);
}

function everyRow(length: number): Uint32Array {
  return new Uint32Array(length).map((_, row) => row);
}

function highest({ columns }: NightColumns, rows: Uint32Array, most: number): Uint32Array {
  const score = (row: number) => columns.score[row] as number;
  return Uint32Array.from([...rows].sort((a, b) => score(b) - score(a)).slice(0, most));
}

function differenceOf({ columns }: NightColumns, others: Float64Array | undefined, row: number): number {
  return others === undefined ? Number.NaN : (columns.score[row] as number) - (others[row] as number);
}

function orderOf(night: NightColumns, sort: Sort, cone: Cone | undefined, others: Float64Array | undefined): Order {
  const { columns } = night;
  const isDescending = sort.startsWith('-');
  const keys: Record<(typeof SORTS)[number], (row: number) => number> = {
    score: (row) => columns.score[row] as number,
    time: (row) => columns.midpoint[row] as number,
    // The brighter the smaller; what is not above zero has none.
    magnitude: (row) => ((columns.flux[row] as number) > 0 ? -(columns.flux[row] as number) : Number.NaN),
    change: (row) => columns.change[row] as number,
    difference: (row) => Math.abs(differenceOf(night, others, row)),
    distance: (row) =>
      cone === undefined ? Number.NaN : separation(cone, columns.ra[row] as number, columns.decl[row] as number),
  };
  const by = (isDescending ? sort.slice(1) : sort) as (typeof SORTS)[number];
  return { isDescending, key: keys[by], id: (row) => columns.id[row] as bigint };
}

const isoOf = (ms: number) => new Date(ms).toISOString();
