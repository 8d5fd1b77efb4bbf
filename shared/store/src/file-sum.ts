import { open } from 'node:fs/promises';
import { type Checksum, checksumOf } from '@lvra/core';

const CHUNK = 4 * 1024 * 1024;

/** Whether a file is still what it was when it was made. @throws the error of the file system */
export async function isAsMade(path: string, made: Checksum): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    let now: Checksum = { bytes: 0, crc32: 0 };
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return now.bytes === made.bytes && now.crc32 === made.crc32;
      now = checksumOf([buffer.subarray(0, bytesRead)], now);
    }
  } finally {
    await file.close();
  }
}
