import { gunzipSync } from 'node:zlib';
import { BLOCK_BYTES, type FitsHeader, FitsUnreadable, readHeader } from './header.js';
import { pixelReader } from './pixels.js';

/** An image as its file has it. */
export interface FitsImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Row by row, the lowest row first; NaN where there is no value. */
  readonly pixels: Float64Array;
  readonly header: FitsHeader;
}

/** Far more than any stamp has: a kept image is some 30 pixels wide. */
const MOST_SIDE = 1_024;
/** Unpacked, with everything that a file has besides its image. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 20;
const MOST_AXES = 999;
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Whether the file is packed with gzip, as ZTF's are. */
export function isGzip(bytes: Buffer): boolean {
  return bytes.subarray(0, GZIP.length).equals(GZIP);
}

/**
 * The first image of a FITS file, packed with gzip or not. Bytes of strangers cost little: sizes are bounded before anything is
 * made of them.
 *
 * Source: FITS standard 4.0 (https://fits.gsfc.nasa.gov/fits_standard.html), sections 4.4, 5 and 7.1.
 *
 * @throws FitsUnreadable in words that end a sentence about the image: "its header has no end"
 */
export function readFitsImage(file: Buffer): FitsImage {
  const bytes = isGzip(file) ? unpacked(file) : file;
  if (bytes.length > MOST_BYTES) throw new FitsUnreadable(`it has ${bytes.length} bytes, at most ${MOST_BYTES}`);
  if (!bytes.toString('latin1', 0, 30).startsWith('SIMPLE  =')) throw new FitsUnreadable('it is no FITS file');
  let at = 0;
  for (let part = 0; part < MOST_PARTS && at < bytes.length; part++) {
    const header = readHeader(bytes, at);
    const axes = axesOf(header);
    if (isImage(header, axes)) return imageOf(bytes, header, axes);
    if (header.isTrue('ZIMAGE')) throw new FitsUnreadable('it is compressed by tiles, which is not read here');
    at = header.dataAt + Math.ceil(dataBytesOf(header, axes) / BLOCK_BYTES) * BLOCK_BYTES;
  }
  throw new FitsUnreadable('it has no image');
}

function unpacked(file: Buffer): Buffer {
  try {
    return gunzipSync(file, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new FitsUnreadable(isTooLong ? `unpacked it has more than ${MOST_BYTES} bytes` : 'its gzip is damaged');
  }
}

function axesOf(header: FitsHeader): number[] {
  const count = header.whole('NAXIS', 0, MOST_AXES);
  return Array.from({ length: count }, (_, axis) => header.whole(`NAXIS${axis + 1}`, 0, Number.MAX_SAFE_INTEGER));
}

/** Two axes, and others of one pixel at most: an image extension, or the primary part. */
function isImage(header: FitsHeader, axes: readonly number[]): boolean {
  const kind = header.text('XTENSION') ?? 'IMAGE';
  const [width = 0, height = 0, ...others] = axes;
  return kind === 'IMAGE' && width > 0 && height > 0 && others.every((length) => length === 1);
}

/** Source: section 4.4.1.2. */
function dataBytesOf(header: FitsHeader, axes: readonly number[]): number {
  if (axes.length === 0) return 0;
  const bits = Math.abs(header.whole('BITPIX', -64, 64));
  const values = axes.reduce((product, length) => product * length, 1);
  const data = (bits / 8) * (header.number('GCOUNT') ?? 1) * ((header.number('PCOUNT') ?? 0) + values);
  if (!Number.isFinite(data) || data < 0) throw new FitsUnreadable('it has a part of no possible size');
  return data;
}

function imageOf(bytes: Buffer, header: FitsHeader, [width = 0, height = 0]: readonly number[]): FitsImage {
  if (width > MOST_SIDE || height > MOST_SIDE)
    throw new FitsUnreadable(`it is ${width} by ${height} pixels large, at most ${MOST_SIDE} by ${MOST_SIDE}`);
  const type = header.number('BITPIX') ?? 0;
  const { pixelBytes, read } = pixelReader(type, bytes);
  const missing = header.dataAt + width * height * pixelBytes - bytes.length;
  if (missing > 0) throw new FitsUnreadable(`it is cut: ${missing} bytes of its pixels are missing`);
  const scale = header.number('BSCALE') ?? 1;
  const zero = header.number('BZERO') ?? 0;
  const blank = type > 0 ? header.number('BLANK') : undefined;
  const pixels = new Float64Array(width * height);
  for (let index = 0; index < pixels.length; index++) {
    const value = read(header.dataAt + index * pixelBytes);
    pixels[index] = value === blank ? Number.NaN : zero + scale * value;
  }
  return { width, height, pixels, header };
}
