import { type FileHandle, open } from 'node:fs/promises';
import { AlertRejected } from '@lvra/core';
import { BatchUnreadable } from '../batch-reader.js';
import { diaObjectIdAt } from '../envelope.js';
import { JsonCursor } from '../json/cursor.js';
import { JsonError } from '../json/errors.js';
import { type JsonRecord, readValue } from '../json/values.js';
import { BatchIndex } from './batch-index.js';

/** Batch files whose places are remembered: of 1,000 alerts each they take 4 MB. */
const MOST_REMEMBERED = 200;

/** A file that was read as a whole, or is being read. */
interface WholeFile {
  /** How long it was then. */
  readonly fileBytes: number;
  readonly index: Promise<BatchIndex>;
}

/** By path, the one used last at the end. */
const remembered = new Map<string, WholeFile>();

/**
 * Reads the alerts of some objects from a batch file, and not the others. Each is proven to be about its object; if one is not,
 * or nothing says where they are, the whole file is read once and the places are remembered.
 *
 * @param known where they are, of a file that is registered with it
 * @returns the messages of each object that the file has, in the order of the file
 * @throws BatchUnreadable, and the file system's error if the file cannot be opened
 */
export async function readAlerts(
  path: string,
  diaObjectIds: Iterable<bigint>,
  known?: BatchIndex,
): Promise<Map<bigint, JsonRecord[]>> {
  const ids = [...diaObjectIds];
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const found =
      (known?.fileBytes === size ? await readAll(file, ids, known) : undefined) ??
      (await readAll(file, ids, await indexOf(path, size)));
    if (found) return found;
    // Another file may have taken its name.
    remembered.delete(path);
    const again = await readAll(file, ids, await indexOf(path, size));
    if (!again) throw new BatchUnreadable(`${path} was changed while it was read: read it again`);
    return again;
  } finally {
    await file.close();
  }
}

/** Who asks for a file that is being read waits for that. */
async function indexOf(path: string, fileBytes: number): Promise<BatchIndex> {
  const before = remembered.get(path);
  const now: WholeFile =
    before?.fileBytes === fileBytes ? before : { fileBytes, index: BatchIndex.read(path, fileBytes) };
  remembered.delete(path);
  remembered.set(path, now);
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  try {
    return await now.index;
  } catch (error) {
    if (remembered.get(path) === now) remembered.delete(path);
    throw error;
  }
}

/** Undefined if one of the places has no alert of its object. */
async function readAll(
  file: FileHandle,
  ids: readonly bigint[],
  index: BatchIndex,
): Promise<Map<bigint, JsonRecord[]> | undefined> {
  const found = new Map<bigint, JsonRecord[]>();
  for (const id of ids) {
    const messages: JsonRecord[] = [];
    for (const { offset, length } of index.placesOf(id)) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
      const message = bytesRead === length ? messageOf(id, buffer) : undefined;
      if (!message) return undefined;
      messages.push(message);
    }
    if (messages.length > 0) found.set(id, messages);
  }
  return found;
}

/** The message, if these bytes are one about that object and nothing else. */
function messageOf(id: bigint, bytes: Buffer): JsonRecord | undefined {
  const cursor = new JsonCursor().reset(bytes);
  try {
    if (diaObjectIdAt(cursor, bytes) !== id) return undefined;
    cursor.finish();
  } catch (error) {
    if (error instanceof AlertRejected || error instanceof JsonError) return undefined;
    throw error;
  }
  return readValue(cursor.reset(bytes), bytes) as JsonRecord;
}
