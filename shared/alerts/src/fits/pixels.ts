import { FitsUnreadable } from './header.js';

export interface PixelReader {
  readonly pixelBytes: number;
  /** The pixel that begins there. Whole numbers above 2^53 are rounded: pixels are measured, not counted. */
  read(at: number): number;
}

/**
 * @param type BITPIX: bits of a pixel, negative for floating point. Source: FITS standard 4.0, table 8
 * @throws FitsUnreadable if there is no such type
 */
export function pixelReader(type: number, bytes: Buffer): PixelReader {
  switch (type) {
    case 8:
      return { pixelBytes: 1, read: (at) => bytes.readUInt8(at) };
    case 16:
      return { pixelBytes: 2, read: (at) => bytes.readInt16BE(at) };
    case 32:
      return { pixelBytes: 4, read: (at) => bytes.readInt32BE(at) };
    case 64:
      return { pixelBytes: 8, read: (at) => Number(bytes.readBigInt64BE(at)) };
    case -32:
      return { pixelBytes: 4, read: (at) => bytes.readFloatBE(at) };
    case -64:
      return { pixelBytes: 8, read: (at) => bytes.readDoubleBE(at) };
    default:
      throw new FitsUnreadable(`its BITPIX is ${type}, not 8, 16, 32, 64, -32 or -64`);
  }
}
