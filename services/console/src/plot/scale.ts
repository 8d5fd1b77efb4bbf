import { mjdTaiOf, utcMsOf } from '@lvra/core';
import { scaleLinear, scaleUtc } from 'd3-scale';

/** From the least to the greatest value that is shown. */
export type Domain = readonly [least: number, greatest: number];

export interface Tick {
  /** In user units of the SVG. */
  readonly at: number;
  readonly text: string;
}

/** Where values are drawn, and what is written beside it. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

/** @param range where the domain's two ends are drawn */
export function linearScale(domain: Domain, range: readonly [number, number], ticks: number): Scale {
  const scale = scaleLinear(domain, range);
  // Without thousands apart: 61010 is how people write an MJD.
  const text = scale.tickFormat(ticks, 'f');
  return { at: scale, ticks: scale.ticks(ticks).map((value) => ({ at: scale(value), text: text(value) })) };
}

/** The UTC dates along an axis in MJD TAI. */
export function dateTicks(domain: Domain, range: readonly [number, number], ticks: number): Tick[] {
  const dates = scaleUtc(domain.map(utcMsOf), range);
  const text = dates.tickFormat(ticks, isShort(domain) ? '%b %d %H:%M' : '%Y-%m-%d');
  const scale = scaleLinear(domain, range);
  return dates.ticks(ticks).map((date) => ({ at: scale(mjdTaiOf(date)), text: text(date) }));
}

/** Whether its ticks are less than a day apart. */
function isShort([least, greatest]: Domain): boolean {
  return greatest - least < 5;
}

/** The domain of some values, with a margin on both sides; undefined if there are none. */
export function domainOf(values: Iterable<number>, margin: number, leastSpan: number): Domain | undefined {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return undefined;
  const more = Math.max((greatest - least) * margin, (leastSpan - (greatest - least)) / 2);
  return [least - more, greatest + more];
}

/** Two decimals are finer than any screen. */
export function rounded(at: number): number {
  return Math.round(at * 100) / 100;
}
