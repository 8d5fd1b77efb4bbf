import type { Cone } from './cone.js';

/** A position as people write one, with a radius if there is one. */
export type Position = Pick<Cone, 'ra' | 'decl'> & { readonly radius: number | undefined };

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)`;
const DECIMAL = new RegExp(`^${NUMBER}$`);
const SEXAGESIMAL =
  /^(?<sign>[+-]?)(?<whole>\d{1,3})(?::|h|d|°)(?<minutes>\d{1,2})(?::|m|'|′)(?<seconds>\d{1,2}(?:\.\d*)?)(?:s|"|″)?$/i;
const RADIUS = new RegExp(`^(?<number>${NUMBER})(?<unit>"|″|''|arcsec|'|′|arcmin|d|°|deg)?$`, 'i');
const DEGREES_AN_HOUR = 15;
const MOST_RADIUS = 10 * 3600;

/**
 * `ra dec` or `ra dec radius` in degrees or sexagesimal (hours and degrees, with colons, letters or spaces), apart by spaces
 * or commas; the radius in arcseconds, or with its unit.
 *
 * @returns undefined if it is no position
 */
export function positionOf(text: string): Position | undefined {
  const words = text
    .replaceAll(/[−–]/g, '-')
    .split(/[\s,;]+/)
    .filter(Boolean);
  const [places, radius] = words.length > 5 ? spacedOut(words) : [words.slice(0, 2), words.slice(2)];
  if (places.length !== 2 || radius.length > 1) return undefined;
  const [ra, decl] = [angleOf(places[0] as string, true), angleOf(places[1] as string, false)];
  if (ra === undefined || decl === undefined || ra < 0 || ra >= 360 || Math.abs(decl) > 90) return undefined;
  const around = radius[0] === undefined ? undefined : radiusOf(radius[0]);
  return radius.length === 1 && around === undefined ? undefined : { ra, decl, radius: around };
}

/** `10 00 24.0 -30 12 00`: six words are two. */
function spacedOut(words: readonly string[]): [string[], string[]] {
  return [[words.slice(0, 3).join(':'), words.slice(3, 6).join(':')], words.slice(6)];
}

function angleOf(text: string, isRa: boolean): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const parts = SEXAGESIMAL.exec(text)?.groups;
  if (!parts) return undefined;
  const [minutes, seconds] = [Number(parts.minutes), Number(parts.seconds)];
  if (minutes >= 60 || seconds >= 60) return undefined;
  const size = Number(parts.whole) + minutes / 60 + seconds / 3600;
  // With an h or without a letter a right ascension is in hours.
  const degrees = isRa && !/[d°]/i.test(text) ? size * DEGREES_AN_HOUR : size;
  return parts.sign === '-' ? -degrees : degrees;
}

function radiusOf(text: string): number | undefined {
  const { number, unit = '"' } = RADIUS.exec(text)?.groups ?? {};
  if (number === undefined) return undefined;
  const isMinutes = /^(?:'|′|arcmin)$/i.test(unit);
  const radius = Number(number) * (isMinutes ? 60 : /^(?:d|°|deg)$/i.test(unit) ? 3600 : 1);
  return radius > 0 && radius <= MOST_RADIUS ? radius : undefined;
}
