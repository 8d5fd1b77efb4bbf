import { instantOfStem, nightBegan, nightOf, stemOf, UsageError } from '@lvra/core';
import { checkNight } from './night-range.js';

const DAY_MS = 86_400_000;

/** A night from noon to noon, UTC. */
export interface NightSpan {
  /** YYYYMMDD, the UTC date on which it ends: that of most of its stems, as Rubin observes from 22:00 to 10:00. */
  readonly name: string;
  /** When it began, ms since 1970. */
  readonly began: number;
  readonly ends: number;
  /** The first stem that it may have. */
  readonly from: string;
  /** Every stem of it is smaller. */
  readonly before: string;
}

/** @throws UsageError if it is no night, YYYYMMDD or YYYY-MM-DD */
export function nightNamed(text: string): NightSpan {
  const name = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text.replaceAll('-', '') : text;
  checkNight(name);
  return nightAt((instantOfStem(`${name}_000000`) as Date).getTime());
}

/** The night of an instant, ms since 1970. */
export function nightAt(instant: number): NightSpan {
  const began = nightBegan(instant);
  const ends = began + DAY_MS;
  const [from, before] = [stemOf(new Date(began)), stemOf(new Date(ends))];
  return { name: nightOf(new Date(ends)), began, ends, from, before };
}

/** The night of a stem. */
export function nightOfStem(stem: string): NightSpan {
  const instant = instantOfStem(stem);
  if (instant === undefined) throw new UsageError(`${JSON.stringify(stem)} is not a stem (YYYYMMDD_HHMMSS)`);
  return nightAt(instant.getTime());
}
