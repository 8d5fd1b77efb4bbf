import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** Of a record batch in a log: its base offset, and how many bytes follow these two fields. */
const BASE_OFFSET = 0;
const LENGTH = 8;
const HEAD_BYTES = 12;

/**
 * Cuts the end off a partition's log, as a power cut does to what the operating system has not written yet. The broker
 * must not run.
 *
 * @param from the first offset that is lost; earlier ones that were sent in one batch with it are lost too
 */
export function cutTail(logDir: string, topic: string, partition: number, from: number): void {
  const folder = join(logDir, `${topic}-${partition}`);
  const files = readdirSync(folder).sort();
  const segments = files.filter((name) => name.endsWith('.log'));
  const newest = segments.at(-1);
  if (newest === undefined) throw new Error(`${folder} has no log`);
  const path = join(folder, newest);
  const log = readFileSync(path);
  let at = 0;
  while (at + HEAD_BYTES <= log.length) {
    const end = at + HEAD_BYTES + log.readInt32BE(at + LENGTH);
    const next = end + HEAD_BYTES <= log.length ? log.readBigInt64BE(end + BASE_OFFSET) : undefined;
    if (log.readBigInt64BE(at + BASE_OFFSET) >= BigInt(from) || (next !== undefined && next > BigInt(from))) break;
    at = end;
  }
  if (at >= log.length) throw new Error(`${path} holds nothing from offset ${from} on`);
  truncateSync(path, at);
  // The broker rebuilds its indexes.
  for (const name of files.filter((each) => /\.(index|timeindex|txnindex|snapshot)$/.test(each)))
    rmSync(join(folder, name));
}
