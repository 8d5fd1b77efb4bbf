import { damaged, tooLarge } from './refusals.js';

/*
 * The LZ4 frame format and block format, as github.com/lz4/lz4 describes them in doc/lz4_Frame_format.md and
 * doc/lz4_Block_format.md.
 */
const FRAME = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
const FLAG = { version: 0xc0, contentSize: 8, blockChecksum: 16, contentChecksum: 4, dictionary: 1 } as const;
const VERSION_1 = 0x40;
/** Flag in the length of a block: stored unpacked. */
const STORED = 0x80000000;
const CHECKSUM_BYTES = 4;
const LEAST_MATCH = 4;
/** Shorter runs are copied faster byte by byte. */
const SHORT = 32;

/** A block of a frame: bytes [begin, end) of what is packed. */
interface Block {
  readonly begin: number;
  readonly end: number;
  readonly stored: boolean;
  /** Its first block: matches do not reach into the previous frame. */
  readonly beginsFrame: boolean;
}

/**
 * Unpacks all LZ4 frames, one after the other, into memory of the exact size, which is counted before it is allocated.
 * Checksums within the frames are not checked: Kafka's own covers them.
 *
 * @throws AlertRejected if they unpack to more than `limit` bytes, or are damaged
 */
export function unpackLz4(packed: Buffer, limit: number): Buffer {
  const blocks = blocksOf(packed);
  let length = 0;
  for (const block of blocks) {
    length += block.stored ? block.end - block.begin : unpackedLength(packed, block, limit - length, limit);
    if (length > limit) throw tooLarge(limit);
  }
  const unpacked = Buffer.allocUnsafe(length);
  let frame = 0;
  let at = 0;
  for (const block of blocks) {
    if (block.beginsFrame) frame = at;
    at = block.stored
      ? at + packed.copy(unpacked, at, block.begin, block.end)
      : unpackBlock(packed, block, unpacked, at, frame);
  }
  return unpacked;
}

function blocksOf(packed: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < packed.length; ) {
    const magic = uint32(packed, at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      at += 8 + uint32(packed, at + 4);
    } else {
      if (magic !== FRAME) throw damaged(`its lz4 has no frame at byte ${at}`);
      at = readFrame(packed, at + 4, blocks);
    }
    if (at > packed.length) throw cut(packed);
  }
  return blocks;
}

/** Adds the blocks of the frame whose flags are at `begin`. @returns where it ends */
function readFrame(packed: Buffer, begin: number, blocks: Block[]): number {
  const flags = packed[begin] ?? 0;
  if ((flags & FLAG.version) !== VERSION_1 || (flags & FLAG.dictionary) !== 0) {
    throw damaged(`its lz4 has a frame with the flags ${flags}, which Kafka does not write`);
  }
  // Flags, the size of blocks, perhaps that of the content, and the header's checksum.
  let at = begin + 3 + (flags & FLAG.contentSize ? 8 : 0);
  for (let beginsFrame = true; ; beginsFrame = false) {
    const word = uint32(packed, at);
    at += 4;
    if (word === 0) return at + (flags & FLAG.contentChecksum ? CHECKSUM_BYTES : 0);
    const end = at + (word & ~STORED);
    if (end > packed.length) throw cut(packed);
    blocks.push({ begin: at, end, stored: word >= STORED, beginsFrame });
    at = end + (flags & FLAG.blockChecksum ? CHECKSUM_BYTES : 0);
  }
}

/**
 * How much a block unpacks to, counted sequence by sequence; this checks its structure, except how far matches reach.
 */
function unpackedLength(packed: Buffer, { begin, end }: Block, left: number, limit: number): number {
  let length = 0;
  for (let at = begin; at < end; ) {
    const token = packed[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        more = packed[at++] as number;
        literals += more;
      } while (more === 255 && at < end);
    }
    at += literals;
    length += literals;
    if (at === end) return length;
    at += 2;
    let match = token & 15;
    if (match === 15) {
      let more: number;
      do {
        more = packed[at++] as number;
        match += more;
      } while (more === 255 && at < end);
    }
    length += match + LEAST_MATCH;
    if (length > left) throw tooLarge(limit);
  }
  throw damaged('its lz4 has a block that ends within a sequence');
}

/** Unpacks a block whose lengths are known to be right. @returns where what it unpacked ends */
function unpackBlock(packed: Buffer, { begin, end }: Block, out: Buffer, from: number, frame: number): number {
  let to = from;
  for (let at = begin; ; ) {
    const token = packed[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        more = packed[at++] as number;
        literals += more;
      } while (more === 255);
    }
    if (literals < SHORT) for (let i = 0; i < literals; i++) out[to + i] = packed[at + i] as number;
    else packed.copy(out, to, at, at + literals);
    to += literals;
    at += literals;
    if (at >= end) return to;
    const back = (packed[at] as number) | ((packed[at + 1] as number) << 8);
    at += 2;
    let match = (token & 15) + LEAST_MATCH;
    if (match === 15 + LEAST_MATCH) {
      let more: number;
      do {
        more = packed[at++] as number;
        match += more;
      } while (more === 255);
    }
    if (back === 0 || back > to - frame) throw damaged('its lz4 has a match that begins before its frame');
    // A match may overlap its own output, and then repeats its beginning.
    if (match >= SHORT && back >= match) out.copyWithin(to, to - back, to - back + match);
    else for (let i = to; i < to + match; i++) out[i] = out[i - back] as number;
    to += match;
  }
}

function uint32(packed: Buffer, at: number): number {
  if (at + 4 > packed.length) throw cut(packed);
  return packed.readUInt32LE(at);
}

function cut(packed: Buffer) {
  return damaged(`its lz4 is cut: it ends at byte ${packed.length}, within a frame`);
}
