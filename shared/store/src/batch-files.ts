import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Checksum, checksumOf } from '@lvra/core';
import { namesIn, writeChunks, writeFileAtomically } from './files.js';
import type { DataPaths } from './paths.js';

const BEGIN = Buffer.from('[\n');
const BETWEEN = Buffer.from(',\n');
const END = Buffer.from('\n]\n');

/** Quarantine files written at once; each waits for its own fsync. */
const SIDE_BY_SIDE = 16;

/**
 * Writes a batch file: a JSON array of the messages, each with the very bytes that Kafka delivered.
 *
 * @returns the checksum of the file
 */
export async function writeBatchFile(path: string, messages: readonly Buffer[]): Promise<Checksum> {
  const chunks = messages.flatMap((message) => [BETWEEN, message]);
  chunks[0] = BEGIN;
  chunks.push(END);
  await writeFileAtomically(path, (file) => writeChunks(file, chunks));
  return checksumOf(chunks);
}

/** Where each alert begins in a batch file, by how long they are. */
export function alertOffsets(lengths: Uint32Array): Float64Array {
  let offset = BEGIN.length;
  return Float64Array.from(lengths, (length) => {
    const begin = offset;
    offset += length + BETWEEN.length;
    return begin;
  });
}

/** How long a batch file is. @param bytes of its messages together */
export function batchFileBytes({ alerts, bytes }: { readonly alerts: number; readonly bytes: number }): number {
  return BEGIN.length + bytes + (alerts - 1) * BETWEEN.length + END.length;
}

/** Writes the raw bytes of quarantined messages, each to its own file. */
export async function writeQuarantineFiles(files: readonly { path: string; bytes: Buffer }[]): Promise<void> {
  for (let begin = 0; begin < files.length; begin += SIDE_BY_SIDE) {
    const some = files.slice(begin, begin + SIDE_BY_SIDE);
    await Promise.all(some.map(({ path, bytes }) => writeFileAtomically(path, (file) => writeChunks(file, [bytes]))));
  }
}

/** Removes what a consumer wrote under a stem that was never registered, half-written files included. */
export function removeConsumerFiles(paths: DataPaths, stem: string): void {
  removeByPrefix(paths.batch(stem), `${stem}.json`);
  removeByPrefix(paths.cutouts(stem), `${stem}.avro`);
  removeByPrefix(paths.quarantined(stem, 'consumer', 0), `${stem}_consumer_`);
}

/** Half-written ones have a dot before their name. */
function removeByPrefix(anyFile: string, prefix: string): void {
  const folder = dirname(anyFile);
  for (const name of namesIn(folder)) {
    if (name.startsWith(prefix) || name.startsWith(`.${prefix}`)) rmSync(join(folder, name), { force: true });
  }
}
