import { Decompress, decompress } from 'fzstd';
import { damaged, tooLarge } from './refusals.js';

/*
 * The frame format of Zstandard, RFC 8878. fzstd unpacks it and has no bounds: it allocates what a frame claims, so the
 * frames are measured first.
 */
const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const BLOCK_HEADER_BYTES = 3;
const BLOCK_TYPE = { raw: 0, repeated: 1, packed: 2 } as const;
const LARGEST_BLOCK = 128 * 1024;
/** What section 3.1.1.1.2 asks every decoder to support. */
const LARGEST_WINDOW = 8 * 1024 * 1024;

interface Frame {
  /** The byte after it. */
  readonly end: number;
  /** The most bytes its blocks can hold. */
  readonly atMost: number;
  /** How much it claims to hold; undefined if it claims nothing. */
  readonly claimed: number | undefined;
  /** How far back a match may reach. */
  readonly window: number;
}

/**
 * Unpacks all frames, one after the other.
 *
 * @throws AlertRejected if they unpack to more than `limit` bytes, or are damaged; what fzstd throws otherwise
 */
export function unpackZstd(packed: Buffer, limit: number): Buffer {
  const parts: Uint8Array[] = [];
  let left = limit;
  for (let at = 0; at < packed.length; ) {
    const magic = uint32(packed, at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      at += 8 + uint32(packed, at + 4);
      continue;
    }
    if (magic !== FRAME) throw damaged(`its zstd has no frame at byte ${at}`);
    const frame = measure(packed, at);
    const bytes = packed.subarray(at, frame.end);
    for (const part of frame.claimed === undefined
      ? unpackUnknown(bytes, frame, left, limit)
      : [unpackClaimed(bytes, frame, frame.claimed, left, limit)]) {
      left -= part.length;
      parts.push(part);
    }
    at = frame.end;
  }
  const [only] = parts;
  if (only && parts.length === 1) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(parts);
}

function unpackClaimed(bytes: Buffer, { atMost }: Frame, claimed: number, left: number, limit: number): Uint8Array {
  if (claimed > left) throw tooLarge(limit);
  if (claimed > atMost) throw damaged(`its zstd claims to hold ${claimed} bytes, but can hold ${atMost} at most`);
  return decompress(bytes, new Uint8Array(claimed));
}

/** Unpacks a frame that does not say how long it is, block by block. */
function unpackUnknown(bytes: Buffer, { window }: Frame, left: number, limit: number): Uint8Array[] {
  if (window > LARGEST_WINDOW)
    throw damaged(`its zstd needs a window of ${window} bytes; ${LARGEST_WINDOW} are supported`);
  const parts: Uint8Array[] = [];
  let length = 0;
  const decoder = new Decompress((part) => {
    length += part.length;
    if (length > left) throw tooLarge(limit);
    parts.push(part);
  });
  decoder.push(bytes, true);
  return parts;
}

/** Reads the header of a frame, and those of its blocks. */
function measure(packed: Buffer, begin: number): Frame {
  const descriptor = packed[begin + 4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const windowAt = begin + 5;
  const sizeAt = windowAt + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  let at = sizeAt + sizeBytes;
  if (at > packed.length) throw cut(packed);
  const claimed = sizeBytes === 0 ? undefined : sizeOf(packed, sizeAt, sizeBytes);
  const window = isSingleSegment ? (claimed as number) : windowOf(packed[windowAt] as number);
  let atMost = 0;
  for (let isLast = false; !isLast; ) {
    if (at + BLOCK_HEADER_BYTES > packed.length) throw cut(packed);
    const header = packed.readUIntLE(at, BLOCK_HEADER_BYTES);
    const size = header >> 3;
    const type = (header >> 1) & 3;
    if (size > LARGEST_BLOCK) throw damaged(`its zstd has a block of ${size} bytes`);
    at += BLOCK_HEADER_BYTES + (type === BLOCK_TYPE.repeated ? 1 : size);
    atMost += type === BLOCK_TYPE.packed ? LARGEST_BLOCK : size;
    isLast = (header & 1) === 1;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  const end = at + (hasChecksum ? 4 : 0);
  if (end > packed.length) throw cut(packed);
  return { end, atMost, claimed, window };
}

function sizeOf(packed: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(packed.readBigUInt64LE(at));
  const size = packed.readUIntLE(at, bytes);
  return bytes === 2 ? size + 256 : size;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function uint32(packed: Buffer, at: number): number {
  if (at + 4 > packed.length) throw cut(packed);
  return packed.readUInt32LE(at);
}

function cut(packed: Buffer) {
  return damaged(`its zstd is cut: it ends at byte ${packed.length}, within a frame`);
}
