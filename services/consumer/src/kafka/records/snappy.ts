import { uncompressSync } from 'snappy';
import { damaged, tooLarge } from './refusals.js';

/** The magic of snappy-java's blocks; other clients send one raw block. */
const SNAPPY_JAVA = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the oldest compatible version. */
const SNAPPY_JAVA_HEADER_BYTES = 16;
/** The format cannot do better: 64 bytes for three. */
const RATIO = 22;
/** A larger block is not copied: block and copy would be in memory at once. */
const LARGEST_COPY = 1024 * 1024;

/**
 * Unpacks snappy as Kafka's clients write it: one raw block, or the blocks of snappy-java.
 *
 * @throws AlertRejected if it unpacks to more than `limit` bytes, or is cut; what snappy throws if it is damaged
 */
export function unpackSnappy(packed: Buffer, limit: number): Buffer {
  if (!packed.subarray(0, SNAPPY_JAVA.length).equals(SNAPPY_JAVA)) return unpackBlock(packed, limit);
  if (packed.length < SNAPPY_JAVA_HEADER_BYTES) throw damaged('its snappy is cut within its header');
  const blocks: Buffer[] = [];
  let left = limit;
  for (let at = SNAPPY_JAVA_HEADER_BYTES; at < packed.length; ) {
    const begin = at + 4;
    const end = begin <= packed.length ? begin + packed.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > packed.length) throw damaged(`its snappy is cut: a block ends after byte ${packed.length}`);
    const block = unpackBlock(packed.subarray(begin, end), left, limit);
    left -= block.length;
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

/** @param limit the limit that an error names; `left` is what remains of it */
function unpackBlock(block: Buffer, left: number, limit = left): Buffer {
  const length = lengthOf(block);
  if (length > left) throw tooLarge(limit);
  // Snappy allocates what a block claims before it reads the rest.
  if (length > block.length * RATIO) throw damaged(`${block.length} bytes of snappy claim to hold ${length}`);
  return uncompressSync(block, { asBuffer: true, copyOutputData: length <= LARGEST_COPY }) as Buffer;
}

/** The unpacked length that a block begins with: seven bits a byte, the lowest first. */
function lengthOf(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw damaged('its snappy does not say how long it is');
}
