import type { Connection } from './driver.js';
import { assertInPlace } from './file-identity.js';

/**
 * Moves what was committed from the write-ahead log into the database, without waiting for other processes.
 *
 * SQLite does it within the commit that makes the log long enough. In a ledger of millions of rows each alert is on
 * pages of its own, so that this commit waits for a thousand scattered writes. What a commit promises is the same
 * either way: it is on the disk, in the log.
 */
export function checkpoint(connection: Connection): void {
  // The log of another ledger than the one that was opened must not be touched.
  assertInPlace(connection);
  connection.pragma('wal_checkpoint(PASSIVE)');
}
