import { gunzipSync } from 'node:zlib';
import { AlertRejected, messageOf } from '@lvra/shared/errors';
import { unpackLz4 } from './lz4.js';
import { damaged, tooLarge } from './refusals.js';
import { unpackSnappy } from './snappy.js';
import { unpackZstd } from './zstd.js';

/** The codecs of Kafka's message format, by their numbers there; the first one packs nothing. */
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
/** Of the attributes of a batch. */
export const CODEC_MASK = 7;

/** Shorter than this no piece is handed out by zlib, whatever a gzip says of its own length. */
const LEAST_PIECE = 64 * 1024;
/** Deflate cannot do better: 258 bytes for two bits. */
const DEFLATE_RATIO = 1_032;

/**
 * Unpacks what a codec of Kafka has packed, and never more than `limit` bytes, whatever it says of itself. All codecs
 * unpack on this thread, to memory of Node's own: the asynchronous ones keep what they allocate on other threads, which
 * doubled the memory of the service at full load and cost more CPU.
 *
 * @throws AlertRejected where it is larger, or not what the codec writes
 */
export function unpack(codec: number, packed: Buffer, limit: number): Buffer {
  const name = CODECS[codec];
  try {
    switch (name) {
      case 'none':
        return packed;
      case 'gzip':
        return unpackGzip(packed, limit);
      case 'snappy':
        return unpackSnappy(packed, limit);
      case 'lz4':
        return unpackLz4(packed, limit);
      case 'zstd':
        return unpackZstd(packed, limit);
      default:
        throw damaged(`its codec has the number ${codec}, which Kafka does not know`);
    }
  } catch (error) {
    if (error instanceof AlertRejected) throw error;
    throw damaged(`its ${name} cannot be unpacked: ${messageOf(error)}`);
  }
}

/** All members, one after the other. */
function unpackGzip(packed: Buffer, limit: number): Buffer {
  // The length that the last member claims, modulo 2^32. It only decides how much is asked for at once: what fits into
  // one piece need not be put together.
  const claimed = packed.length >= 4 ? packed.readUInt32LE(packed.length - 4) : 0;
  const atMost = Math.min(claimed, packed.length * DEFLATE_RATIO, limit);
  try {
    const chunkSize = Math.max(atMost + 1, LEAST_PIECE);
    return gunzipSync(packed, { maxOutputLength: limit, chunkSize });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw error;
  }
}
