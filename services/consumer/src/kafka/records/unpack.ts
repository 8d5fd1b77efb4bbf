import { gunzipSync } from 'node:zlib';
import { AlertRejected, messageOf } from '@lvra/core';
import { unpackLz4 } from './lz4.js';
import { damaged, tooLarge } from './refusals.js';
import { unpackSnappy } from './snappy.js';
import { unpackZstd } from './zstd.js';

/** The codecs of Kafka's message format, by number. */
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
/** Of the attributes of a batch. */
export const CODEC_MASK = 7;

/** The least buffer for zlib, whatever length a gzip claims. */
const LEAST_PIECE = 64 * 1024;
/** Deflate cannot do better: 258 bytes for two bits. */
const DEFLATE_RATIO = 1_032;

/**
 * Unpacks what a codec of Kafka has packed, and never more than `limit` bytes, whatever length it claims. All codecs
 * unpack on this thread: the asynchronous ones keep memory on other threads, which doubled the service's memory at full
 * load and cost more CPU.
 *
 * @throws AlertRejected if it is larger, or not what the codec writes
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
  // The length that the last member claims, modulo 2^32. It only sets the buffer size: what fits into one buffer need
  // not be joined.
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
