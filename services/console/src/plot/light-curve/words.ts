import { utcMsOf } from '@lvra/core';
import { fluxOf, type Point, type View } from './photometry.js';
import type { Shown, Values } from './values.js';

const KIND: Readonly<Record<Point['kind'], string>> = {
  detection: 'detection',
  forced: 'forced photometry',
  limit: 'limit without a detection',
};

/** What stands at the value axis. */
export function axisLabelOf({ unit, measure }: Pick<View, 'unit' | 'measure'>): string {
  const what = measure === 'difference' ? 'difference' : measure;
  return unit === 'mag' ? `${what}, AB mag` : `${what} flux, µJy`;
}

/** All of one point, in a line. */
export function pointInWords({ point, as, value, error, of }: Shown, { unit, measure, snr }: View): string {
  const { flux, error: fluxError } = fluxOf(point, measure);
  const words = [
    `${point.band ?? 'unknown band'}, ${KIND[point.kind]}`,
    ...(of > 1 ? [`mean of ${of}`] : []),
    `MJD ${point.midpointMjdTai.toFixed(5)} (${utcText(point.midpointMjdTai)})`,
    as === 'limit' ? `${unit === 'mag' ? 'fainter than' : 'below'} ${valueText(value, unit)} at S/N ${snr}` : '',
    as === 'measured' ? `${valueText(value, unit)}${error === null ? '' : ` ± ${numberText(error, unit)}`}` : '',
    as === 'measured' && flux !== null && fluxError ? `S/N ${(flux / fluxError).toFixed(1)}` : '',
    as === 'unusable' ? `cannot be used: ${point.unusable}` : '',
  ];
  return words.filter((word) => word !== '').join('; ');
}

/** The whole light curve in a sentence or two, for who cannot see it. */
export function curveInWords({ shown }: Values, view: View): string {
  if (shown.length === 0) return 'There is nothing to draw.';
  const count = (is: (each: Shown) => boolean) => shown.filter(is).length;
  const times = shown.map(({ point }) => point.midpointMjdTai);
  const values = shown.flatMap(({ as, value }) => (as === 'measured' && value !== null ? value : []));
  const counts = [
    [count(({ as, point }) => as === 'measured' && point.kind === 'detection'), 'detections'],
    [count(({ as, point }) => as === 'measured' && point.kind === 'forced'), 'of forced photometry'],
    [count(({ as }) => as === 'limit'), `limits at S/N ${view.snr}`],
    [count(({ as }) => as === 'unusable'), 'that cannot be used'],
  ] as const;
  const range =
    values.length === 0
      ? ''
      : ` Values from ${valueText(leastOf(values), view.unit)} to ${valueText(greatestOf(values), view.unit)}.`;
  return (
    `${shown.length} points from MJD ${leastOf(times).toFixed(2)} to ${greatestOf(times).toFixed(2)}: ` +
    `${counts.flatMap(([number, what]) => (number > 0 ? `${number} ${what}` : [])).join(', ')}.${range} ` +
    'The photometry table has every number.'
  );
}

export function utcText(mjdTai: number): string {
  return `${new Date(Math.round(utcMsOf(mjdTai))).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function valueText(value: number | null, unit: View['unit']): string {
  return value === null ? 'unknown' : `${numberText(value, unit)} ${unit === 'mag' ? 'AB mag' : 'µJy'}`;
}

/** Three decimals of a magnitude; a flux to a thousandth of a µJy, or four digits. */
export function numberText(value: number, unit: View['unit']): string {
  if (unit === 'mag') return value.toFixed(3);
  return Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(Math.abs(value) < 1_000 ? 2 : 1);
}

function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value));
}

function greatestOf(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value));
}
