import { createReadStream } from 'node:fs';
import { UsageError } from '@lvra/core';

const NEWLINE = 0x0a;
const MIB = 1024 * 1024;
/** A longer line is not an alert. */
const LONGEST_LINE_BYTES = 64 * MIB;

/**
 * The lines of a file as bytes, without the newline; blank ones are skipped.
 *
 * @throws UsageError if a line is too long for NDJSON
 */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: MIB }) as AsyncIterable<Buffer>) {
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, begin)) {
      const line = joined(pieces, chunk.subarray(begin, end));
      if (!isBlank(line)) yield line;
      pieces = [];
      length = 0;
      begin = end + 1;
    }
    pieces.push(chunk.subarray(begin));
    length += chunk.length - begin;
    if (length > LONGEST_LINE_BYTES) {
      throw new UsageError(
        `${path} has a line of more than ${LONGEST_LINE_BYTES / MIB} MiB: it is not one alert a line`,
      );
    }
  }
  const line = Buffer.concat(pieces);
  if (!isBlank(line)) yield line;
}

function joined(pieces: readonly Buffer[], last: Buffer): Buffer {
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
