import type { FitsHeader } from './header.js';

/** How an image lies on the sky. */
export interface Orientation {
  /** Side of a pixel, arcseconds; of pixels that are not square the geometric mean. */
  readonly arcsecPerPixel: number;
  /** Where north is, degrees from up, counter-clockwise, with the first row at the bottom. */
  readonly northFromUp: number;
  /** Where east is, as north. On the sky it is 90 degrees counter-clockwise of north. */
  readonly eastFromUp: number;
}

/**
 * By the header's linear transformation from pixels to the plane of the sky, of which the first axis is east and the second north,
 * both in degrees: what holds close to the middle of a stamp. Rubin's cutouts have it and no CTYPE.
 *
 * Source: FITS standard 4.0, section 8.1.
 *
 * @returns undefined if the header has no transformation, or one of other axes
 */
export function orientationOf(header: FitsHeader): Orientation | undefined {
  const names = ['CTYPE1', 'CTYPE2'].map((keyword) => header.text(keyword)?.slice(0, 4) ?? '');
  const isOther = names.some((name, axis) => name !== '' && name !== (axis === 0 ? 'RA--' : 'DEC-'));
  const isInDegrees = ['CUNIT1', 'CUNIT2'].every((keyword) => (header.text(keyword) ?? 'deg') === 'deg');
  const matrix = matrixOf(header);
  if (isOther || !isInDegrees || matrix === undefined) return undefined;
  const [a, b, c, d] = matrix;
  const determinant = a * d - b * c;
  if (!Number.isFinite(determinant) || determinant === 0) return undefined;
  return {
    arcsecPerPixel: Math.sqrt(Math.abs(determinant)) * 3_600,
    // The columns of the inverse: which way in pixels leads to the north, and to the east.
    northFromUp: angleFromUp(-b / determinant, a / determinant),
    eastFromUp: angleFromUp(d / determinant, -c / determinant),
  };
}

/** Row by row: CD, or PC with CDELT. Rotations by CROTA2 are from before 2002. */
function matrixOf(header: FitsHeader): readonly [number, number, number, number] | undefined {
  const of = (prefix: string, usual: number) =>
    [`${prefix}1_1`, `${prefix}1_2`, `${prefix}2_1`, `${prefix}2_2`].map(
      (keyword, at) => header.number(keyword) ?? (at % 3 === 0 ? usual : 0),
    ) as [number, number, number, number];
  if (header.has('CD1_1') || header.has('CD1_2')) return of('CD', 0);
  const [x, y] = [header.number('CDELT1'), header.number('CDELT2')];
  if (x === undefined || y === undefined || header.has('CROTA2')) return undefined;
  const [a, b, c, d] = of('PC', 1);
  return [x * a, x * b, y * c, y * d];
}

function angleFromUp(right: number, up: number): number {
  const degrees = (Math.atan2(-right, up) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : degrees;
}
