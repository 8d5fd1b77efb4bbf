import { decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import { decompressFrameSync } from 'lz4-napi';
import { uncompressSync } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What the blocks of snappy-java begin with; other clients send one raw block. */
const SNAPPY_JAVA = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, a version and the oldest version that can read it. */
const SNAPPY_JAVA_HEADER_BYTES = 16;

/** Unpacks snappy as Kafka's clients write it: one raw block, or the blocks of snappy-java. */
export function uncompressSnappy(packed: Buffer): Buffer {
  if (!packed.subarray(0, SNAPPY_JAVA.length).equals(SNAPPY_JAVA)) return uncompressBlock(packed);
  const blocks: Buffer[] = [];
  for (let at = SNAPPY_JAVA_HEADER_BYTES; at < packed.length; ) {
    const begin = at + 4;
    const end = begin + packed.readUInt32BE(at);
    blocks.push(uncompressBlock(packed.subarray(begin, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

function uncompressBlock(block: Buffer): Buffer {
  return uncompressSync(block, { asBuffer: true, copyOutputData: true }) as Buffer;
}

function uncompressZstd(packed: Buffer): Buffer {
  const { buffer, byteOffset, byteLength } = decompress(packed);
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Teaches kafkajs to read the codecs that it leaves to others: snappy, lz4 and zstd.
 *
 * All unpack at once and on this thread, and hand over memory of Node's own. The native ones keep what they
 * allocate on other threads: measured at full load, that doubles the memory of the service and costs more CPU.
 */
export function registerCodecs(): void {
  const readOnly = (uncompress: (packed: Buffer) => Buffer) => () => ({
    decompress: (packed: Buffer) => Promise.resolve(uncompress(packed)),
    compress(): never {
      throw new Error('the consumer only reads: it has no compression');
    },
  });
  CompressionCodecs[CompressionTypes.Snappy] = readOnly(uncompressSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = readOnly((packed) => Buffer.from(decompressFrameSync(packed)));
  CompressionCodecs[CompressionTypes.ZSTD] = readOnly(uncompressZstd);
}
