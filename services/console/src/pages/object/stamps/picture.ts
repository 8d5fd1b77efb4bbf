import type { CutoutName, FitsImage } from '@lvra/alerts';
import { encode } from 'fast-png';
import { type Limits, zscale } from './zscale.js';

/**
 * Between which values an image is drawn: those of zscale; of a difference the same distance on both sides of 0, so that
 * what has not changed is grey, what is brighter than before lighter, and what is fainter darker.
 *
 * @returns undefined if no pixel has a value
 */
export function limitsOf(name: CutoutName, { pixels }: Pick<FitsImage, 'pixels'>): Limits | undefined {
  const limits = zscale(pixels);
  if (limits === undefined || name !== 'difference') return limits;
  const most = Math.max(Math.abs(limits.low), Math.abs(limits.high));
  return { low: -most, high: most };
}

/** The image as PNG, a pixel a pixel, its first row at the bottom, linear in grey; transparent where there is no value. */
export function pictureOf({ width, height, pixels }: FitsImage, limits: Limits): Uint8Array {
  const data = new Uint8Array(2 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = pixels[(height - 1 - row) * width + column] as number;
      if (!Number.isFinite(value)) continue;
      const at = 2 * (row * width + column);
      data[at] = greyOf(value, limits);
      data[at + 1] = WHITE;
    }
  }
  return encode({ width, height, data, channels: 2, depth: 8 });
}

const WHITE = 255;

function greyOf(value: number, { low, high }: Limits): number {
  if (low === high) return Math.round(WHITE / 2);
  return Math.round(WHITE * Math.min(1, Math.max(0, (value - low) / (high - low))));
}
